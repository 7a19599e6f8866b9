import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';

/** Outlives the bridge. Each method may throw what the file system throws. */
export interface SentFile {
  /** Bytes; 0 when there is none. */
  size(): number;
  read(): string;
  append(text: string): void;
  replace(text: string): void;
}

export interface SentCallsDeps {
  readonly file: SentFile;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly log: Log;
}

/**
 * Which calls may have reached a server behind the bridge, by the ids of their keys. Written before a call is sent, so that
 * the next bridge knows what a crash of this one leaves open; a bridge that takes over reads what the other still adds.
 * Lines: `+ID TIME`, and `-ID` for what certainly did nothing.
 */
export class SentCalls {
  readonly #deps: SentCallsDeps;
  /** By id, when; oldest first. */
  #sent = new Map<string, number>();
  #size = 0;
  #warned = false;

  constructor(deps: SentCallsDeps) {
    this.#deps = deps;
  }

  has(id: string): boolean {
    this.#try(() => {
      if (this.#deps.file.size() !== this.#size) this.#read();
    });
    const sentMs = this.#sent.get(id);
    return sentMs !== undefined && sentMs > this.#oldestMs();
  }

  add(id: string): void {
    const nowMs = this.#deps.clock.wallMs();
    this.#sent.set(id, nowMs);
    this.#append(`+${id} ${nowMs}\n`);
  }

  /** It certainly did nothing: it may be sent anew under its key. */
  delete(id: string): void {
    if (this.#sent.delete(id)) this.#append(`-${id}\n`);
  }

  #append(line: string): void {
    this.#try(() => {
      this.#deps.file.append(line);
      this.#size += line.length;
    });
  }

  #read(): void {
    const { file } = this.#deps;
    const lines = file.read().split('\n');
    const sent = new Map<string, number>();
    for (const line of lines) {
      const [, sign, id = '', ms] = /^([+-])(\S+)(?: (\d+))?$/.exec(line) ?? [];
      if (sign === '+') sent.set(id, Number(ms));
      else if (sign === '-') sent.delete(id);
    }
    const live = [...sent].filter(([, ms]) => ms > this.#oldestMs()).slice(-limits.keyedCallsMax);
    this.#sent = new Map(live);
    if (lines.length > 2 * limits.keyedCallsMax) file.replace(live.map(([id, ms]) => `+${id} ${ms}\n`).join(''));
    this.#size = file.size();
  }

  #oldestMs(): number {
    return this.#deps.clock.wallMs() - limits.journalKeepMs;
  }

  /** A directory that cannot be written to keeps no call from its server; that repeats are not known then is logged. */
  #try(run: () => void): void {
    try {
      run();
      this.#warned = false;
    } catch (error) {
      if (!this.#warned) this.#deps.log.warn(`calls sent to servers cannot be remembered: ${messageOf(error)}`);
      this.#warned = true;
    }
  }
}
