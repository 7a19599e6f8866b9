import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the connection can be used again. */
  readonly reusable: boolean;
  /** An event stream that was left before its end. */
  readonly left: boolean;
}

/** How one request ended: an answer, a connection closed without one, or nothing within the time. */
export type HttpOutcome =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'closed' }
  | { readonly kind: 'hang' };

export interface SendOptions {
  readonly deadlineMs: number;
  /** Whether the bridge would go on for ever: then the head of an event stream is enough. */
  readonly endless: boolean;
  /** HEAD answers have no body, whatever their length says. */
  readonly bodiless: boolean;
  /** Half-closes after the request, so that nobody waits for bytes that were promised. */
  readonly finish: boolean;
}

/** The bridge tells its clients to use no connection that was idle for 5 s (`Keep-Alive: timeout=5`): it may just be closing. */
const idleMaxMs = 3_000;
const headEnd = Buffer.from('\r\n\r\n');

/** One socket that sends any bytes and understands right HTTP answers. */
export class HttpWire {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #look: () => void = () => {};
  #ended = false;
  #usedMs = performance.now();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#look();
    });
    // A reset is an end like any other; the end itself comes as `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  static open(port: number): Promise<HttpWire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new HttpWire(socket)));
      socket.once('error', reject);
    });
  }

  get usable(): boolean {
    return !this.#ended && this.#buffer.length === 0 && performance.now() - this.#usedMs < idleMaxMs;
  }

  send(bytes: Buffer, { deadlineMs, endless, bodiless, finish }: SendOptions): Promise<HttpOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: HttpOutcome) => {
        clearTimeout(timer);
        this.#usedMs = performance.now();
        this.#look = () => {};
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ kind: 'hang' }), deadlineMs);
      this.#look = () => {
        const answer = this.#take(endless, bodiless);
        if (answer !== undefined) settle({ kind: 'answer', answer });
        else if (this.#ended) settle({ kind: 'closed' });
      };
      if (finish) this.#socket.end(bytes);
      else this.#socket.write(bytes);
      this.#look();
    });
  }

  dispose(): void {
    this.#socket.destroy();
  }

  #take(endless: boolean, bodiless: boolean): HttpAnswer | undefined {
    const end = this.#buffer.indexOf(headEnd);
    if (end === -1) return undefined;
    const [first = '', ...lines] = this.#buffer.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
    const rest = this.#buffer.subarray(end + headEnd.length);
    if (status >= 100 && status < 200 && status !== 101) {
      this.#buffer = rest;
      return this.#take(endless, bodiless);
    }
    const headers = new Map(lines.map((line) => headerOf(line)));
    const left = endless && headers.get('content-type') === 'text/event-stream';
    const body = left || bodiless ? { bytes: Buffer.alloc(0), used: 0 } : this.#body(headers, rest);
    if (body === undefined) return undefined;
    this.#buffer = rest.subarray(body.used);
    const reusable = !left && headers.get('connection') !== 'close' && this.usable;
    return { status, headers, body: body.bytes, reusable, left };
  }

  #body(headers: ReadonlyMap<string, string>, rest: Buffer): { bytes: Buffer; used: number } | undefined {
    const length = headers.get('content-length');
    if (length !== undefined) {
      const used = Number(length);
      return rest.length >= used ? { bytes: rest.subarray(0, used), used } : undefined;
    }
    if (headers.get('transfer-encoding') === 'chunked') return unchunk(rest);
    return this.#ended ? { bytes: rest, used: rest.length } : undefined;
  }
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function unchunk(rest: Buffer): { bytes: Buffer; used: number } | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (Number.isNaN(size) || rest.length < next) return undefined;
    if (size === 0) return { bytes: Buffer.concat(pieces), used: next };
    pieces.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
