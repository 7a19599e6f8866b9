/** Takes a stream of server-sent events apart, piece by piece as it arrives (HTML standard, "Parsing an event stream"). */
export class SseParser {
  readonly #onMessage: (data: string) => void;
  readonly #onOther: ((event: string, data: string) => void) | undefined;
  /** The unfinished line, as it came: putting it together for each piece would take the square of its length. */
  #pieces: string[] = [];
  #afterCr = false;
  #bytes = 0;
  #event = '';
  #data: string[] = [];
  #started = false;

  /**
   * @param onMessage gets the data of each event that is named `message` or not at all, which is all that MCP uses now
   * @param onOther gets the others
   */
  constructor(onMessage: (data: string) => void, onOther?: (event: string, data: string) => void) {
    this.#onMessage = onMessage;
    this.#onOther = onOther;
  }

  /** Size of the event that has not ended yet, in bytes. */
  get unfinishedBytes(): number {
    return this.#bytes;
  }

  push(text: string): void {
    if (text === '') return;
    const lineEnd = /\r\n?|\n/g;
    lineEnd.lastIndex = this.#begin(text);
    let start = lineEnd.lastIndex;
    let uncounted = start;
    for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
      const line = this.#pieces.join('') + text.slice(start, end.index);
      this.#pieces = [];
      start = lineEnd.lastIndex;
      this.#line(line);
      if (this.#data.length > 0) continue;
      this.#bytes = 0;
      uncounted = start;
    }
    if (start < text.length) this.#pieces.push(text.slice(start));
    this.#bytes += Buffer.byteLength(text.slice(uncounted));
  }

  /** Where the text begins: behind a mark of its encoding, or behind the second half of a line end that was cut in two. */
  #begin(text: string): number {
    const isMark = !this.#started && text.startsWith('\uFEFF');
    const isSecondHalf = this.#afterCr && text.startsWith('\n');
    this.#started = true;
    this.#afterCr = text.endsWith('\r');
    return isMark || isSecondHalf ? 1 : 0;
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    // A comment, which only keeps the stream open.
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
  }

  #dispatch(): void {
    const [lines, event] = [this.#data, this.#event];
    this.#data = [];
    this.#event = '';
    if (lines.length === 0) return;
    if (event === '' || event === 'message') this.#onMessage(lines.join('\n'));
    else this.#onOther?.(event, lines.join('\n'));
  }
}
