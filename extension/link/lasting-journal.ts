import type { Clock } from '../../shared/clock.ts';
import type { Effect } from '../../shared/define-tool.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { hostEnded, journalBroken, notStarted, resultNotKept } from './call-errors.ts';
import {
  type CallKind,
  type CallOutcome,
  type Journal,
  type JournalledCall,
  type KnownCall,
  MemoryJournal,
} from './journal.ts';
import { type JournalDisk, JournalFile } from './journal-file.ts';
import { type JournalRecord, journalLine, type ReadJournal, readJournal } from './journal-record.ts';

const kinds: readonly CallKind[] = ['keyed', 'keyless'];

type ChangingCall = JournalledCall & { readonly effect: Exclude<Effect, 'read'> };

export interface LastingJournalDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A journal whose changing calls survive the extension host: the intent is on disk before the effect begins, the outcome
 * goes there after. What an earlier life began and did not end is answered `outcome_unknown`.
 */
export class LastingJournal implements Journal, Disposable {
  readonly #deps: LastingJournalDeps;
  readonly #memory: MemoryJournal;
  #file: JournalFile | undefined;
  #closed: Promise<void> | undefined;

  constructor(deps: LastingJournalDeps) {
    this.#deps = deps;
    this.#memory = new MemoryJournal({
      clock: deps.clock,
      forgotten: (id) => void this.#keep({ t: 'forget', id }),
      gapped: (kind) => void this.#keep(this.#gapRecord(kind, limits.journalKeepMs)),
    });
  }

  get ids(): readonly string[] {
    return this.#memory.ids;
  }

  get gapMs(): number {
    return this.#memory.gapMs;
  }

  /**
   * Takes over what an earlier life left there, and keeps its own calls there from now on.
   *
   * @param disk undefined when there is no place to keep anything
   * @param fresh the window's id is new, so nobody can have left anything
   */
  async open(disk: JournalDisk | undefined, fresh: boolean): Promise<void> {
    const left = await this.#read(disk, fresh);
    const wallMs = this.#deps.clock.wallMs();
    for (const kind of kinds) {
      const leftMs = left.whole ? Math.min(left.gapUntilMs[kind] - wallMs, limits.journalKeepMs) : limits.journalKeepMs;
      if (leftMs > 0) this.#memory.markGap(kind, leftMs);
    }
    for (const { call, atMs, outcome } of left.calls) {
      if (atMs + limits.journalReadMaxAgeMs < wallMs) continue;
      this.#memory.restore(call, outcome ?? { ok: false, error: hostEnded(call.tool).info });
    }
    if (disk === undefined || this.#closed !== undefined) return;
    this.#file = new JournalFile({ disk, snapshot: () => this.#snapshot(), log: this.#deps.log });
    await this.#file.append('');
  }

  /** The window has a new id: its calls go on under that. */
  async moveTo(disk: JournalDisk | undefined): Promise<void> {
    if (disk !== undefined) return this.#file?.moveTo(disk);
    const old = this.#file;
    this.#file = undefined;
    await old?.close();
  }

  find(id: string): KnownCall | undefined {
    return this.#memory.find(id);
  }

  lacksNone(kind: CallKind): boolean {
    return this.#memory.lacksNone(kind);
  }

  forget(ids: readonly string[]): void {
    this.#memory.forget(ids);
  }

  run(call: JournalledCall, execute: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const { effect } = call;
    return effect === 'read'
      ? this.#memory.run(call, execute)
      : this.#memory.run(call, () => this.#runKept({ ...call, effect }, execute));
  }

  async #runKept(call: ChangingCall, execute: () => Promise<CallOutcome>): Promise<CallOutcome> {
    const kept = await this.#keep(intentRecord(call, this.#deps.clock.wallMs()));
    if (!kept) return { ok: false, error: journalBroken(call.tool).info };
    // Whoever comes after this life has read the file already, or is about to.
    if (this.#closed !== undefined) {
      return { ok: false, error: notStarted('cancelled', call.tool, 'the window closes').info };
    }
    const outcome = await execute();
    // Nobody waits for this: whatever happens before it is written leaves the intent, which says that it is not known.
    void this.#keep(endRecord(call, outcome));
    return outcome;
  }

  /** Starts no call from now on; resolves when the disk is released. */
  close(): Promise<void> {
    this.#closed ??= this.#file?.close() ?? Promise.resolve();
    return this.#closed;
  }

  dispose(): void {
    void this.close();
    this.#memory.dispose();
  }

  async #read(disk: JournalDisk | undefined, fresh: boolean): Promise<ReadJournal> {
    const nothing = { calls: [], gapUntilMs: { keyed: 0, keyless: 0 } };
    try {
      const text = await disk?.read();
      if (text !== undefined) return readJournal(text);
    } catch (error) {
      this.#deps.log.warn(`the journal of calls cannot be read: ${messageOf(error)}`);
      return { ...nothing, whole: false };
    }
    return { ...nothing, whole: fresh };
  }

  /** False when a reader of the file would not notice that the record is missing. */
  #keep(record: JournalRecord): Promise<boolean> {
    if (this.#file === undefined || this.#closed !== undefined) return Promise.resolve(true);
    return this.#file.append(journalLine(record));
  }

  #snapshot(): string {
    const wallMs = this.#deps.clock.wallMs();
    const records: JournalRecord[] = [{ t: 'journal', version: 1 }];
    for (const kind of kinds) {
      const leftMs = this.#memory.gapOf(kind);
      if (leftMs > 0) records.push(this.#gapRecord(kind, leftMs));
    }
    for (const { call, ended } of this.#memory.calls) {
      const { effect } = call;
      if (effect === 'read') continue;
      records.push(intentRecord({ ...call, effect }, wallMs));
      if (ended !== undefined) records.push(endRecord(call, ended.outcome));
    }
    return records.map(journalLine).join('');
  }

  #gapRecord(kind: CallKind, ms: number): JournalRecord {
    return { t: 'gap', kind, untilMs: this.#deps.clock.wallMs() + ms };
  }
}

function intentRecord({ id, tool, effect, fingerprint }: ChangingCall, atMs: number): JournalRecord {
  return { t: 'intent', id, tool, effect, ...(fingerprint === undefined ? {} : { fingerprint }), atMs };
}

function endRecord({ id, tool }: JournalledCall, outcome: CallOutcome): JournalRecord {
  const tooLarge = outcome.ok && outcome.content.length > limits.journalKeptResultMaxChars;
  return { t: 'end', id, outcome: tooLarge ? { ok: false, error: resultNotKept(tool).info } : outcome };
}
