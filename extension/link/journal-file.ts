import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';

/** Where a journal is kept. One writer at a time; everything rejects with a system error. */
export interface JournalDisk {
  /** Undefined when nothing was ever written. */
  read(): Promise<string | undefined>;
  /** Adds at the end; resolves when a crash of the machine would not undo it. */
  append(text: string): Promise<void>;
  /** Puts this in place of everything, in one step; resolves as `append`. */
  replace(text: string): Promise<void>;
  /** Leaves nothing there that a reader takes for whole. Works on a full disk. */
  spoil(): Promise<void>;
  close(): Promise<void>;
}

export interface JournalFileDeps {
  readonly disk: JournalDisk;
  /** All that the file has to hold, as text. */
  readonly snapshot: () => string;
  readonly log: Log;
}

interface Waiting {
  readonly text: string;
  readonly written: (safe: boolean) => void;
}

/**
 * Writes the journal: what comes while a write is under way goes out together in the next one. A disk that fails costs
 * the journal's survival of a reload: the file is emptied, which its next reader takes for a gap, and each later write
 * tries to put the whole journal there again.
 */
export class JournalFile {
  readonly #deps: Omit<JournalFileDeps, 'disk'>;
  #disk: JournalDisk;
  #queue: Waiting[] = [];
  #running: Promise<void> = Promise.resolve();
  #busy = false;
  #state: 'appending' | 'to-be-replaced' | 'failed' = 'to-be-replaced';
  #chars = 0;

  constructor({ disk, ...deps }: JournalFileDeps) {
    this.#deps = deps;
    this.#disk = disk;
  }

  /** Resolves when the text is kept; with false when it is not, and no reader would notice that. */
  append(text: string): Promise<boolean> {
    return new Promise((written) => {
      this.#queue.push({ text, written });
      if (this.#busy) return;
      this.#busy = true;
      this.#running = this.#drain();
    });
  }

  /** The same journal goes on in another place; the old one is left as it is. */
  async moveTo(disk: JournalDisk): Promise<void> {
    await this.#running;
    await this.#closeDisk();
    this.#disk = disk;
    this.#state = 'to-be-replaced';
    await this.append('');
  }

  /** Resolves when nothing of ours touches the disk any more. */
  async close(): Promise<void> {
    await this.#running;
    await this.#closeDisk();
  }

  async #drain(): Promise<void> {
    // Whoever appends puts its call where the snapshot sees it, in this turn.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const safe = await this.#write(batch.map(({ text }) => text).join(''));
      for (const { written } of batch) written(safe);
    }
    this.#busy = false;
  }

  async #write(text: string): Promise<boolean> {
    try {
      if (this.#state === 'appending' && this.#chars < limits.journalFileMaxChars) {
        await this.#disk.append(text);
      } else {
        // The snapshot may lack the outcome of a call that ends in this very moment.
        await this.#disk.replace(this.#deps.snapshot() + text);
        if (this.#state === 'failed') this.#deps.log.info('the journal of calls can be written again');
        this.#chars = 0;
        this.#state = 'appending';
      }
      this.#chars += text.length;
      return true;
    } catch (error) {
      if (this.#state !== 'failed') {
        const consequence = 'after a reload of this window the outcome of its last changes will be unknown';
        this.#deps.log.warn(`the journal of calls cannot be written (${messageOf(error)}); ${consequence}`);
      }
      this.#state = 'failed';
      return this.#spoil();
    }
  }

  async #spoil(): Promise<boolean> {
    try {
      await this.#disk.spoil();
      return true;
    } catch (error) {
      this.#deps.log.debug(`the journal of calls cannot be emptied: ${messageOf(error)}`);
      return false;
    }
  }

  async #closeDisk(): Promise<void> {
    await this.#disk.close().catch((error: unknown) => {
      this.#deps.log.debug(`closing the journal of calls: ${messageOf(error)}`);
    });
  }
}
