import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { gatherWrites } from '../../shared/gather-writes.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import {
  closeCodes,
  decode,
  encode,
  presencePing,
  type ToBridge,
  type ToEditor,
  toBridgeSchema,
} from '../../shared/protocol.ts';
import type { SendOutcome, SessionLink } from './editor-session.ts';
import { messageText } from './message-text.ts';

export interface EditorLinkDeps {
  readonly socket: WebSocket;
  /** The connection below the WebSocket: bytes of an unfinished message are life, too. */
  readonly raw: Duplex;
  readonly clock: Clock;
  readonly log: Log;
}

/** One live WebSocket of a window: messages in both directions and the heartbeat. Knows nothing of calls. */
export class EditorLink implements SessionLink {
  readonly #deps: EditorLinkDeps;
  readonly #store = new DisposableStore();
  readonly #messages = this.#store.add(new Emitter<ToBridge>());
  readonly #closed = this.#store.add(new Emitter<string>());
  readonly #presence = this.#store.add(new Emitter<void>());
  readonly #gather: () => void;
  #beat: Disposable | undefined;
  #beatsMissed = 0;
  /** Its page did not answer when it was asked, and has not since. */
  #pageless = false;

  readonly onMessage = this.#messages.event;
  /** Fires once, with the reason for the log. */
  readonly onClose = this.#closed.event;

  constructor(deps: EditorLinkDeps) {
    this.#deps = deps;
    const { socket, raw, log } = deps;
    this.#gather = gatherWrites(raw);
    socket.on('message', (data, binary) => this.#receive(data, binary));
    socket.on('error', (error) => log.debug(`link error: ${messageOf(error)}`));
    socket.once('close', (code, reason) => {
      const text = reason.toString('utf8');
      this.#end(text === '' ? `closed with ${code}` : `closed with ${code}: ${text}`);
    });
    raw.on('data', () => {
      this.#beatsMissed = 0;
    });
    socket.on('pong', (data) => {
      if (data.toString() !== presencePing) return;
      this.#pageless = false;
      this.#presence.fire();
    });
    this.#scheduleBeat();
  }

  get open(): boolean {
    return this.#deps.socket.readyState === WebSocket.OPEN;
  }

  send(message: ToEditor): SendOutcome {
    if (!this.open) return 'closed';
    const text = encode(message);
    // No character takes more than three bytes: most messages need not be measured.
    if (text.length * 3 > limits.linkMaxPayloadBytes && Buffer.byteLength(text) > limits.linkMaxPayloadBytes)
      return 'too_large';
    this.#gather();
    this.#deps.socket.send(text);
    return 'sent';
  }

  /** Whether the window shows within `waitMs` milliseconds that its page is there. One that did not is not waited for again. */
  isPresent(waitMs: number): Promise<boolean> {
    if (!this.open) return Promise.resolve(false);
    this.#deps.socket.ping(presencePing);
    if (this.#pageless) return Promise.resolve(false);
    return new Promise((resolve) => {
      const store = new DisposableStore();
      const settle = (isPresent: boolean) => {
        store.dispose();
        resolve(isPresent);
      };
      store.add(this.onClose(() => settle(false)));
      store.add(this.#presence.event(() => settle(true)));
      store.add(
        this.#deps.clock.after(waitMs, () => {
          this.#pageless = true;
          settle(false);
        }),
      );
    });
  }

  /** Closes with a reason for the other side; a side that does not take leave is cut off. */
  close(code: number, reason: string): void {
    this.#deps.socket.close(code, reason);
    this.#beat?.dispose();
    this.#beat = this.#deps.clock.after(limits.closeMs, () => this.#deps.socket.terminate());
  }

  dispose(): void {
    this.#deps.socket.terminate();
    this.#end('disposed');
  }

  #receive(data: RawData, binary: boolean): void {
    if (!this.open) return;
    const text = messageText(data, binary);
    const message = text === undefined ? undefined : this.#parse(text);
    if (message === undefined) this.close(closeCodes.protocolError, 'this message does not fit the link protocol');
    else this.#messages.fire(message);
  }

  #parse(text: string): ToBridge | undefined {
    try {
      const parsed = toBridgeSchema.safeParse(decode(text));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      this.#deps.log.warn(`link message refused: ${issue?.message} at ${issue?.path.join('.') || 'the top'}`);
    } catch (error) {
      this.#deps.log.warn(
        `link message refused: ${error instanceof SyntaxError ? 'it is not JSON' : messageOf(error)}`,
      );
    }
    return undefined;
  }

  /** Beats are counted, not timed: after a stall or a sleep of this process one late beat is one beat. */
  #scheduleBeat(): void {
    this.#beat = this.#deps.clock.after(limits.heartbeatMs, () => {
      if (this.#beatsMissed >= limits.heartbeatMissed) {
        this.#deps.log.warn(`link silent for ${this.#beatsMissed} beats; cut off`);
        this.#deps.socket.terminate();
        return;
      }
      this.#beatsMissed++;
      this.#deps.socket.ping();
      this.#scheduleBeat();
    });
  }

  #end(reason: string): void {
    if (this.#store.disposed) return;
    this.#beat?.dispose();
    this.#closed.fire(reason);
    this.#store.dispose();
  }
}
