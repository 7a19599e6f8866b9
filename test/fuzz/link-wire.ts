import { connect, type Socket } from 'node:net';
import { applyEdits } from './cases/edits.ts';
import type { Frame } from './cases/link-cases.ts';

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const headEnd = Buffer.from('\r\n\r\n');

/** The client's end of a WebSocket that may break every rule, and reads what the server answers. */
export class LinkWire {
  readonly #socket: Socket;
  readonly frames: ServerFrame[] = [];
  /** The answer to the upgrade; undefined until it is whole. */
  head: string | undefined;
  /** What came instead of frames, after a refusal. */
  refusal = '';
  closed = false;
  #buffer: Buffer = Buffer.alloc(0);
  #look: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    // A reset is an end like any other; the end itself comes as `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#look();
    });
  }

  static open(port: number, request: string): Promise<LinkWire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.write(request, 'latin1');
        resolve(new LinkWire(socket));
      });
      socket.once('error', reject);
    });
  }

  get upgraded(): boolean {
    return this.head?.startsWith('HTTP/1.1 101') === true;
  }

  send(frames: readonly Buffer[]): void {
    for (const frame of frames) if (!this.closed) this.#socket.write(frame);
  }

  /** Resolves with whether `look` became true in time. */
  until(look: () => boolean, deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (seen: boolean) => {
        clearTimeout(timer);
        this.#look = () => {};
        resolve(seen);
      };
      const timer = setTimeout(() => settle(false), deadlineMs);
      this.#look = () => {
        if (look()) settle(true);
      };
      this.#look();
    });
  }

  dispose(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (this.head === undefined) {
      const end = this.#buffer.indexOf(headEnd);
      if (end === -1) return;
      this.head = this.#buffer.toString('latin1', 0, end);
      this.#buffer = this.#buffer.subarray(end + headEnd.length);
    }
    if (this.upgraded) this.#readFrames();
    else this.refusal += this.#buffer.toString('utf8');
    this.#look();
  }

  /** A server's frames are whole and unmasked. */
  #readFrames(): void {
    for (;;) {
      const [first = 0, short = 0] = this.#buffer;
      const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#buffer.length < headBytes) return;
      const length =
        short === 126 ? this.#buffer.readUInt16BE(2) : short === 127 ? Number(this.#buffer.readBigUInt64BE(2)) : short;
      if (this.#buffer.length < headBytes + length) return;
      this.frames.push({ opcode: first & 15, payload: this.#buffer.subarray(headBytes, headBytes + length) });
      this.#buffer = this.#buffer.subarray(headBytes + length);
    }
  }
}

/** Any will do; a fixed one keeps the bytes of a case the same. */
const mask = Buffer.from([17, 101, 3, 250]);

/** The bytes of a frame as a client sends it. */
export function frameBytes({ opcode, fin, masked, reserved, text, edits, claims }: Frame): Buffer {
  const payload = applyEdits(Buffer.from(text), edits);
  const length = claims ?? payload.length;
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(short === 126 ? 4 : short === 127 ? 10 : 2);
  head[0] = (fin ? 128 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 128 : 0) | short;
  if (short === 126) head.writeUInt16BE(length, 2);
  if (short === 127) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}
