import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * A keep-alive HTTP client over one socket that costs next to nothing: it sends bytes that were made before and looks
 * only for the end of the answer. One request at a time.
 */
export class RawConnection {
  readonly #socket: Socket;
  #arrived: Buffer | undefined;
  #done: ((answer: Buffer) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail?.(error));
    socket.on('close', () => this.#fail?.(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  /** The whole answer, head included. */
  request(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
      this.#socket.write(bytes);
    });
  }

  /** The head of an answer that does not end: an event stream. */
  openStream(bytes: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#socket.removeAllListeners('data');
      this.#socket.once('data', (chunk) => {
        this.#socket.resume();
        resolve(chunk.toString('latin1'));
      });
      this.#socket.write(bytes);
    });
  }

  dispose(): void {
    this.#fail = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const answer = this.#arrived === undefined ? chunk : Buffer.concat([this.#arrived, chunk]);
    if (isWhole(answer)) {
      this.#arrived = undefined;
      this.#done?.(answer);
    } else {
      this.#arrived = answer;
    }
  }
}

function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf(headEnd);
  if (end === -1) return false;
  const head = answer.toString('latin1', 0, end);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return answer.length >= end + headEnd.length + Number(length);
  // JSON and event streams escape line ends, so this cannot stand inside the body.
  return answer.subarray(-lastChunk.length).equals(lastChunk);
}
