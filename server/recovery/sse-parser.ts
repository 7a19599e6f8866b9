/** Takes a stream of server-sent events apart, piece by piece as it arrives (HTML standard, "Parsing an event stream"). */
export class SseParser {
  readonly #onMessage: (data: string) => void;
  readonly #onOther: ((event: string, data: string) => void) | undefined;
  #rest = '';
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

  push(text: string): void {
    const whole = this.#rest + (this.#started ? text : text.replace(/^\uFEFF/, ''));
    this.#started ||= text !== '';
    const lines = whole.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
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
