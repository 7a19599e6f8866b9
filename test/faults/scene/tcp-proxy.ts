import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of the bytes that pass. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Each chunk arrives so much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Nothing arrives, nothing is refused, nothing is closed. */
  | { readonly kind: 'silent' };

interface Line {
  readonly near: Socket;
  far: Socket | undefined;
  /** Bytes that may still pass before the line is cut. */
  left: number;
}

/** The way between a window and its bridge, on loopback. The first two bytes of a connection name the bridge's port. */
export class TcpProxy {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #weather: Weather = { kind: 'clear' };

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near) => this.#accept(near));
  }

  static open(): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  get lineCount(): number {
    return this.#lines.size;
  }

  /** What was held back is passed on when it clears. */
  set weather(weather: Weather) {
    this.#weather = weather;
    for (const { near, far } of this.#lines) {
      for (const socket of [near, far]) {
        if (weather.kind === 'silent') socket?.pause();
        else socket?.resume();
      }
    }
  }

  /** Resets every connection. */
  drop(): void {
    for (const line of [...this.#lines]) this.#end(line);
  }

  /** Resets each connection after so many more bytes: in the middle of a message, when there is one. */
  cutAfter(bytes: number): void {
    for (const line of this.#lines) line.left = bytes;
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    const line: Line = { near, far: undefined, left: Number.POSITIVE_INFINITY };
    this.#lines.add(line);
    near.on('error', () => this.#end(line));
    near.on('close', () => this.#end(line));
    let head = Buffer.alloc(0);
    const open = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      if (head.length < 2 || line.far !== undefined) return;
      near.off('data', open);
      const far = connect({ port: head.readUInt16BE(), host: '127.0.0.1', noDelay: true });
      line.far = far;
      far.on('error', () => this.#end(line));
      far.on('close', () => this.#end(line));
      this.#pass(line, near, far, head.subarray(2));
      this.#pass(line, far, near);
      if (this.#weather.kind === 'silent') for (const socket of [near, far]) socket.pause();
    };
    near.on('data', open);
  }

  #pass(line: Line, from: Socket, to: Socket, first?: Buffer): void {
    // Delivered in order, also when the weather changes while something is under way.
    let under = Promise.resolve();
    let waiting = 0;
    const deliver = (run: () => void) => {
      if (this.#weather.kind !== 'slow' && waiting === 0) return run();
      const delayMs = this.#weather.kind === 'slow' ? this.#weather.delayMs : 0;
      const due = delay(delayMs);
      waiting += 1;
      under = under.then(async () => {
        await due;
        waiting -= 1;
        run();
      });
    };
    const send = (chunk: Buffer) => {
      const now = chunk.subarray(0, line.left);
      line.left -= now.length;
      const isLast = line.left === 0;
      deliver(() => {
        if (!to.destroyed) to.write(now);
        if (isLast) this.#end(line);
      });
    };
    if (first !== undefined && first.length > 0) send(first);
    from.on('data', send);
    from.on('end', () => deliver(() => to.end()));
  }

  #end(line: Line): void {
    if (!this.#lines.delete(line)) return;
    for (const socket of [line.near, line.far]) {
      if (socket !== undefined && !socket.destroyed) socket.resetAndDestroy();
    }
  }
}
