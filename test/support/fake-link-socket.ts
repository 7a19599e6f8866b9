import { LinkOpenError, type LinkSocket, type LinkSocketListener } from '../../extension/link/link-socket.ts';
import { encode, type ToEditor } from '../../shared/protocol.ts';

/** A link socket whose other side is the test. Keeps the promises that test/contract/link-socket.test.ts checks. */
export class FakeLinkSocket implements LinkSocket {
  readonly editorProof: string;
  /** What the extension sent, as it went over the wire. */
  readonly sent: string[] = [];
  /** Called for each message that was sent. */
  onSent: (text: string) => void = () => {};
  pings = 0;
  /** How often this side has said that its page is there. */
  presences = 0;
  /** How this side ended the link; undefined while it has not. */
  end: string | undefined;
  #open = true;
  #listener: LinkSocketListener | undefined;
  #kept: ((listener: LinkSocketListener) => void)[] = [];

  constructor(editorProof = 'fake-proof') {
    this.editorProof = editorProof;
  }

  get open(): boolean {
    return this.#open;
  }

  listen(listener: LinkSocketListener | undefined): void {
    this.#listener = listener;
    const kept = this.#kept;
    this.#kept = [];
    for (const event of kept) this.#tell(event);
  }

  send(text: string): void {
    if (!this.#open) return;
    this.sent.push(text);
    this.onSent(text);
  }

  ping(): void {
    if (this.#open) this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.#finish(`close ${code}`, code, reason);
  }

  terminate(): void {
    this.#finish('terminate', 1006, '');
  }

  dispose(): void {
    this.#listener = undefined;
    this.#kept = [];
    if (this.#open) this.end = 'dispose';
    this.#open = false;
  }

  /** The bridge sends a message. */
  deliver(message: ToEditor | string): void {
    if (!this.#open) return;
    const text = typeof message === 'string' ? message : encode(message);
    this.#tell((listener) => {
      listener.traffic();
      listener.message(text);
    });
  }

  /** The bridge sends a ping or a pong. */
  deliverTraffic(): void {
    if (this.#open) this.#tell((listener) => listener.traffic());
  }

  /** The bridge asks whether the window's page is there. */
  deliverPresencePing(): void {
    if (!this.#open) return;
    this.#tell((listener) => {
      listener.traffic();
      listener.presenceAsked(() => {
        if (this.#open) this.presences += 1;
      });
    });
  }

  /** The bridge ends the link. */
  deliverClose(code: number, reason = ''): void {
    if (!this.#open) return;
    this.#open = false;
    this.#tell((listener) => listener.closed(code, reason));
  }

  #finish(end: string, code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.end = end;
    queueMicrotask(() => this.#tell((listener) => listener.closed(code, reason)));
  }

  #tell(event: (listener: LinkSocketListener) => void): void {
    if (this.#listener === undefined) this.#kept.push(event);
    else event(this.#listener);
  }
}

/** What a fake bridge says to a socket that wants to open. */
export type FakeOpening = 'accept' | 'foreign' | 'unreachable';

/** Opens a fake socket as `openLinkSocket` does a real one. */
export async function openFakeLinkSocket(opening: FakeOpening, signal: AbortSignal): Promise<FakeLinkSocket> {
  await Promise.resolve();
  if (signal.aborted) throw new LinkOpenError('unreachable', 'given up');
  if (opening === 'accept') return new FakeLinkSocket();
  throw new LinkOpenError(opening, opening === 'foreign' ? 'port 1 is held by something else' : 'connection refused');
}
