import type { Clock } from '../../shared/clock.ts';
import type { Effect } from '../../shared/define-tool.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { ErrorInfo } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';

/** How a call ended: a serialised CallToolResult, or what the agent is told instead. */
export type CallOutcome =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly error: ErrorInfo };

/** A call as the journal knows it. */
export interface JournalledCall {
  readonly id: string;
  readonly tool: string;
  readonly effect: Effect;
  /** Of a call with an idempotency key: stands for tool and input. */
  readonly fingerprint?: string | undefined;
}

/** Whether an agent can repeat the call under its key, or only the bridge that sent it. */
export type CallKind = 'keyed' | 'keyless';

/** What a window tells of its journal when it links. */
export interface JournalSummary {
  /** Calls that may be repeated. */
  readonly ids: readonly string[];
  /** For so long from now a keyed call may be missing that changed something within `limits.journalKeepMs`; 0: none is. */
  readonly gapMs: number;
}

/** The record of calls by id, which makes a repeated call return its first outcome. */
export interface Journal extends JournalSummary {
  /** Whether a changing call that is not found has certainly not run here within `limits.journalKeepMs`. */
  lacksNone(kind: CallKind): boolean;
  /** A call that runs or has ended here; undefined when nothing is known of it (any more). */
  find(id: string): KnownCall | undefined;
  /** Runs a call that `find` does not know. `execute` never rejects. */
  run(call: JournalledCall, execute: () => Promise<CallOutcome>): Promise<CallOutcome>;
  /** Nobody will ask for these again. */
  forget(ids: readonly string[]): void;
}

export interface KnownCall {
  readonly call: JournalledCall;
  readonly outcome: Promise<CallOutcome>;
  /** Once it has ended. */
  readonly ended?: { readonly outcome: CallOutcome; readonly atMs: number; readonly bytes: number };
}

export interface MemoryJournalDeps {
  readonly clock: Clock;
  /** Told of every changing call that is dropped, for whatever reason. */
  readonly forgotten?: (id: string) => void;
  /** Told when one had to be dropped for lack of room. */
  readonly gapped?: (kind: CallKind) => void;
}

/** A journal in memory: as good as the extension host that holds it. A running call is never forgotten. */
export class MemoryJournal implements Journal, Disposable {
  readonly #clock: Clock;
  readonly #forgotten: (id: string) => void;
  readonly #gapped: (kind: CallKind) => void;
  readonly #store = new DisposableStore();
  /** Ended calls stand in the order of their ends. */
  readonly #entries = new Map<string, KnownCall>();
  #bytes = 0;
  readonly #gapUntilMs = { keyed: Number.NEGATIVE_INFINITY, keyless: Number.NEGATIVE_INFINITY };
  #expiry: Disposable | undefined;

  constructor({ clock, forgotten = () => {}, gapped = () => {} }: MemoryJournalDeps) {
    this.#clock = clock;
    this.#forgotten = forgotten;
    this.#gapped = gapped;
  }

  get ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  get gapMs(): number {
    return this.gapOf('keyed');
  }

  gapOf(kind: CallKind): number {
    return Math.max(0, this.#gapUntilMs[kind] - this.#clock.now());
  }

  lacksNone(kind: CallKind): boolean {
    return this.gapOf(kind) === 0;
  }

  get calls(): Iterable<KnownCall> {
    return this.#entries.values();
  }

  find(id: string): KnownCall | undefined {
    return this.#entries.get(id);
  }

  run(call: JournalledCall, execute: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const outcome = execute().then((result) => {
      this.#end(call, outcome, result);
      return result;
    });
    this.#entries.set(call.id, { call, outcome });
    return outcome;
  }

  /** Takes over a call that ended in an earlier life of the extension host. */
  restore(call: JournalledCall, outcome: CallOutcome): void {
    this.#end(call, Promise.resolve(outcome), outcome);
  }

  /** Calls got lost that may be repeated for so long from now. */
  markGap(kind: CallKind, ms: number): void {
    this.#gapUntilMs[kind] = Math.max(this.#gapUntilMs[kind], this.#clock.now() + ms);
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) if (this.#entries.get(id)?.ended !== undefined) this.#delete(id);
  }

  #end(call: JournalledCall, outcome: Promise<CallOutcome>, result: CallOutcome): void {
    if (this.#store.disposed) return;
    const { id } = call;
    const bytes = Buffer.byteLength(result.ok ? result.content : JSON.stringify(result.error));
    this.#entries.delete(id);
    this.#entries.set(id, { call, outcome, ended: { outcome: result, atMs: this.#clock.now(), bytes } });
    this.#bytes += bytes;
    if (this.#full) this.#makeRoom();
    if (this.#expiry === undefined) this.#expire();
  }

  get #full(): boolean {
    return this.#entries.size > limits.journalMaxEntries || this.#bytes > limits.journalMaxBytes;
  }

  /** First the oldest of what no agent can repeat. A lost change leaves a gap. */
  #makeRoom(): void {
    this.#evict(false);
    if (this.#full) this.#evict(true);
  }

  #evict(keyedToo: boolean): void {
    for (const { call, ended } of this.#entries.values()) {
      const keyed = call.fingerprint !== undefined;
      if (ended === undefined || (keyed && !keyedToo)) continue;
      if (call.effect !== 'read') this.#lose(keyed ? 'keyed' : 'keyless');
      this.#delete(call.id);
      if (!this.#full) return;
    }
  }

  #lose(kind: CallKind): void {
    this.markGap(kind, limits.journalKeepMs);
    this.#gapped(kind);
  }

  /** Drops what is too old, and comes back when the next one is. */
  #expire(): void {
    if (this.#expiry !== undefined) this.#store.delete(this.#expiry);
    this.#expiry = undefined;
    const nowMs = this.#clock.now();
    for (const [id, { ended }] of this.#entries) {
      if (ended === undefined) continue;
      const leftMs = ended.atMs + limits.journalKeepMs - nowMs;
      if (leftMs > 0) {
        this.#expiry = this.#store.add(this.#clock.after(leftMs, () => this.#expire()));
        return;
      }
      this.#delete(id);
    }
  }

  #delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#bytes -= entry.ended?.bytes ?? 0;
    this.#entries.delete(id);
    if (entry.call.effect !== 'read') this.#forgotten(id);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
