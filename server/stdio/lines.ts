import type { Readable, Writable } from 'node:stream';
import { limits } from '../../shared/limits.ts';
import type { LineEnds } from './long-line.ts';

export interface LineHandlers {
  readonly onLine: (line: string) => void;
  /** A line was longer than `limits.lineMaxBytes`; it is passed over. */
  readonly onTooLong: (ends: LineEnds) => void;
  readonly onEnd: () => void;
}

/** Reads messages from stdin, one per line. */
export function readLines(input: Readable, { onLine, onTooLong, onEnd }: LineHandlers): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  /** Of a line that is too long already. */
  let passed: { readonly head: string; tail: Buffer } | undefined;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (passed === undefined) chunks.push(part);
    else passed.tail = lastBytes([passed.tail, part]);
    if (passed !== undefined || bytes <= limits.lineMaxBytes) return;
    passed = { head: Buffer.concat(chunks).toString('utf8', 0, limits.lineEndBytes), tail: lastBytes(chunks) };
    chunks = [];
  };
  const finish = (): void => {
    const line = Buffer.concat(chunks).toString('utf8').trim();
    const ends = passed === undefined ? undefined : { head: passed.head, tail: passed.tail.toString('utf8') };
    chunks = [];
    bytes = 0;
    passed = undefined;
    if (ends !== undefined) onTooLong(ends);
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

/** A copy, which keeps nothing else in memory. */
function lastBytes(parts: readonly Buffer[]): Buffer {
  return Buffer.from(Buffer.concat(parts).subarray(-limits.lineEndBytes));
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
