import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { JournalDisk } from './journal-file.ts';
import type { LastingJournal } from './lasting-journal.ts';

export interface JournalPlaceDeps {
  readonly journal: LastingJournal;
  readonly identity: { readonly editorId: string; renew(): void };
  /** Takes the sole right to a window's journal, until disposed or until this process ends; undefined while another has it. */
  readonly lock: (editorId: string) => Promise<Disposable | undefined>;
  readonly disk: (editorId: string) => JournalDisk;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Finds the file of this window's journal. It goes with the window's id, which two windows on one folder share at first:
 * the one that comes second takes a new id, so that they never write to one file.
 */
export class JournalPlace implements Disposable {
  readonly #deps: JournalPlaceDeps;
  #lock: Disposable | undefined;
  #opened = false;
  #moves: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(deps: JournalPlaceDeps) {
    this.#deps = deps;
  }

  /** @param fresh the window's id was made just now. Never rejects: without a place the journal ends with this window. */
  async open(fresh: boolean): Promise<void> {
    const { journal, identity, clock, log } = this.#deps;
    let isFresh = fresh;
    const untilMs = clock.now() + limits.journalLockWaitMs;
    try {
      while (!this.#disposed && !(await this.#take())) {
        if (clock.now() < untilMs) {
          await new Promise<void>((resolve) => clock.after(limits.journalLockPollMs, resolve));
        } else {
          log.info(`another window has the id ${identity.editorId}; this one takes a new one`);
          identity.renew();
          isFresh = true;
        }
      }
    } catch (error) {
      log.warn(`the journal of calls does not survive a reload of this window: ${messageOf(error)}`);
    }
    this.#opened = true;
    await journal.open(this.#disk(), isFresh);
  }

  /** The window has a new id. */
  moved(): void {
    if (this.#opened) this.#moves = this.#moves.then(() => this.#move());
  }

  /** Lets the next life of this window have the journal, once this one cannot write any more. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#deps.journal.close().finally(() => this.#lock?.dispose());
  }

  async #move(): Promise<void> {
    const { journal, log } = this.#deps;
    const old = this.#lock;
    this.#lock = undefined;
    try {
      // A new id is nobody else's.
      await this.#take();
      await journal.moveTo(this.#disk());
    } catch (error) {
      log.warn(`the journal of calls does not survive a reload of this window: ${messageOf(error)}`);
    }
    old?.dispose();
  }

  async #take(): Promise<boolean> {
    const lock = await this.#deps.lock(this.#deps.identity.editorId);
    if (this.#disposed) lock?.dispose();
    else this.#lock = lock;
    return lock !== undefined;
  }

  #disk(): JournalDisk | undefined {
    return this.#lock === undefined ? undefined : this.#deps.disk(this.#deps.identity.editorId);
  }
}
