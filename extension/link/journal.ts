import type { Clock } from '../../shared/clock.ts';
import type { Effect } from '../../shared/define-tool.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { ErrorInfo } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';

/** How a call ended: a serialised CallToolResult, or what the agent is told instead. */
export type CallOutcome =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly error: ErrorInfo };

/**
 * The record of calls by id, which makes a repeated call return its first outcome. An implementation that survives a
 * reload keeps the intent of a changing call before it runs `execute`, and the outcome after.
 */
export interface Journal {
  readonly ids: readonly string[];
  /** The outcome of a call that runs or has ended here; undefined when nothing is known of it (any more). */
  find(id: string): Promise<CallOutcome> | undefined;
  /** Runs a call that `find` does not know. `execute` never rejects. */
  run(
    call: { readonly id: string; readonly effect: Effect },
    execute: () => Promise<CallOutcome>,
  ): Promise<CallOutcome>;
  /** The bridge will not ask for these again. */
  forget(ids: readonly string[]): void;
}

interface Entry {
  readonly outcome: Promise<CallOutcome>;
  /** Once it has ended: when, and how much room it takes. */
  readonly ended?: { readonly atMs: number; readonly bytes: number };
}

/** A journal in memory: as good as the extension host that holds it. A running call is never forgotten. */
export class MemoryJournal implements Journal, Disposable {
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  /** Ended calls stand in the order of their ends. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #expiry: Disposable | undefined;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  get ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  find(id: string): Promise<CallOutcome> | undefined {
    return this.#entries.get(id)?.outcome;
  }

  run(call: { readonly id: string }, execute: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const outcome = execute().then((result) => {
      this.#end(call.id, outcome, result);
      return result;
    });
    this.#entries.set(call.id, { outcome });
    return outcome;
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) if (this.#entries.get(id)?.ended !== undefined) this.#delete(id);
  }

  #end(id: string, outcome: Promise<CallOutcome>, result: CallOutcome): void {
    if (this.#store.disposed) return;
    const bytes = Buffer.byteLength(result.ok ? result.content : JSON.stringify(result.error));
    this.#entries.delete(id);
    this.#entries.set(id, { outcome, ended: { atMs: this.#clock.now(), bytes } });
    this.#bytes += bytes;
    for (const [oldest, { ended }] of this.#entries) {
      if (this.#entries.size <= limits.journalMaxEntries && this.#bytes <= limits.journalMaxBytes) break;
      if (ended !== undefined) this.#delete(oldest);
    }
    if (this.#expiry === undefined) this.#expire();
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
    this.#bytes -= this.#entries.get(id)?.ended?.bytes ?? 0;
    this.#entries.delete(id);
  }

  dispose(): void {
    this.#store.dispose();
    this.#entries.clear();
  }
}
