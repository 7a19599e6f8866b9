import type { Readable, Writable } from 'node:stream';
import { limits } from '../../shared/limits.ts';

/** The first and the last of a line that was too long, 256 bytes each. */
export interface Cut {
  readonly start: string;
  readonly end: string;
}

export interface LineHandlers {
  readonly onLine: (line: string) => void;
  /** A line was longer than `limits.lineMaxBytes`; it is passed over. */
  readonly onTooLong: (line: Cut) => void;
  readonly onEnd: () => void;
}

const cutBytes = 256;

/** Reads messages from stdin, one per line. */
export function readLines(input: Readable, { onLine, onTooLong, onEnd }: LineHandlers): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let skipped: { readonly start: Buffer; readonly end: Buffer } | undefined;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (skipped === undefined) chunks.push(part);
    if (bytes <= limits.lineMaxBytes) return;
    const line = Buffer.concat(skipped === undefined ? chunks : [skipped.end, part]);
    // Copies, which do not keep the rest in memory.
    const start = skipped?.start ?? Buffer.from(line.subarray(0, cutBytes));
    skipped = { start, end: Buffer.from(line.subarray(-cutBytes)) };
    chunks = [];
  };
  const finish = (): void => {
    const line = Buffer.concat(chunks).toString('utf8').trim();
    const cut = skipped;
    chunks = [];
    bytes = 0;
    skipped = undefined;
    if (cut !== undefined) onTooLong({ start: cut.start.toString('utf8'), end: cut.end.toString('utf8') });
    else if (line !== '') onLine(line);
  };
  input.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      finish();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  });
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    // A last message without its line break is one all the same.
    finish();
    onEnd();
  };
  input.once('end', end).once('close', end).once('error', end);
}

/** Writes messages to stdout, one per line, and stops reading while the agent does not keep up. */
export class LineWriter {
  readonly #output: Writable;
  readonly #input: Readable;

  constructor(output: Writable, input: Readable) {
    this.#output = output;
    this.#input = input;
  }

  /** @param delivered runs once the system has taken the whole line */
  write(json: string, delivered?: () => void): void {
    // Between the values of a message only; inside of strings JSON has no raw line breaks.
    const line = `${json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\r\n]+/g, ' ') : json}\n`;
    const hasRoom = this.#output.write(line, (error) => {
      if (!error) delivered?.();
    });
    if (hasRoom || this.#input.isPaused()) return;
    this.#input.pause();
    this.#output.once('drain', () => this.#input.resume());
  }

  /** Resolves when the system has all that was written; never after an error. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#output.write('', (error) => {
        if (!error) resolve();
      });
    });
  }
}
