import type { JournalDisk } from '../../extension/link/journal-file.ts';
import type { Clock } from '../../shared/clock.ts';

/** One file whose writes take time, so that a crash can fall into them. Outlives the writers that `open` gives it. */
export class FakeJournalDisk {
  readonly #clock: Clock;
  /** A number in [0, 1): how long a write takes, and how much of it a crash leaves. */
  readonly #random: () => number;
  content: string | undefined;
  /** Writes fail. */
  full = false;
  /** Not even emptying works. */
  readOnly = false;
  #writer = 0;
  #torn: (() => void) | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** For the next extension host; the writes of the one before come to nothing. */
  open(): JournalDisk {
    this.#writer += 1;
    const writer = this.#writer;
    return {
      read: async () => this.content,
      append: (text) =>
        this.#write(writer, (kept) => {
          this.content = (this.content ?? '') + text.slice(0, Math.floor(text.length * kept));
        }),
      replace: (text) =>
        this.#write(writer, (kept) => {
          if (kept === 1) this.content = text;
        }),
      spoil: async () => {
        if (this.readOnly) throw new Error('read-only');
        if (this.content !== undefined) this.content = '';
      },
      close: async () => {},
    };
  }

  /** The extension host ends: a write that is under way leaves a part of its text, or all of it, or nothing. */
  crash(): void {
    this.#torn?.();
    this.#torn = undefined;
    this.#writer += 1;
  }

  #write(writer: number, apply: (kept: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (writer !== this.#writer) return;
      if (this.full || this.readOnly) {
        reject(new Error(this.full ? 'no space left' : 'read-only'));
        return;
      }
      this.#torn = () => apply(this.#random());
      this.#clock.after(1 + this.#random() * 4, () => {
        if (writer !== this.#writer) return;
        this.#torn = undefined;
        apply(1);
        resolve();
      });
    });
  }
}
