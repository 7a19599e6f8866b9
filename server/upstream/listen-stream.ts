import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { Cancellation } from '../editors/cancellation.ts';
import { Comeback } from '../recovery/comeback.ts';
import type { Connection } from '../recovery/connection.ts';
import type { Reply } from '../recovery/reply.ts';
import type { Message } from './upstream-era.ts';

export interface ListenStreamDeps {
  /** Asks for the stream; undefined when there is nothing to hear of. */
  readonly open:
    | ((more: { readonly cancelled: Cancellation; readonly onMessage: (message: Message) => void }) => Promise<Reply>)
    | undefined;
  readonly onMessage: (message: Message) => void;
  /** The server agreed, also each time that the stream has begun again. */
  readonly onAcknowledged: () => void;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * A `subscriptions/listen` stream (spec 2026-07-28, "Subscriptions") that comes back by itself. Also notices a server
 * that can be reached again.
 */
export class ListenStream implements Disposable {
  readonly #deps: ListenStreamDeps;
  readonly #comeback: Comeback;
  readonly #cancelled = new Cancellation();

  constructor(deps: ListenStreamDeps) {
    this.#deps = deps;
    this.#comeback = new Comeback({ ...deps, once: () => this.#once() });
    this.#comeback.start();
  }

  dispose(): void {
    this.#comeback.dispose();
    this.#cancelled.abort();
  }

  async #once(): Promise<'quiet' | undefined> {
    const { connection, open } = this.#deps;
    try {
      await connection.join();
    } catch {
      // Nobody there: the state tells why, and the next look comes by itself.
      return;
    }
    if (open === undefined || this.#comeback.disposed) return 'quiet';
    const reply = await open({ cancelled: this.#cancelled, onMessage: (message) => this.#take(message) });
    // Who refuses is asked seldom.
    return reply.kind === 'refused' || (reply.kind === 'response' && reply.error !== undefined) ? 'quiet' : undefined;
  }

  #take(message: Message): void {
    if (message['method'] === 'notifications/subscriptions/acknowledged') this.#deps.onAcknowledged();
    else this.#deps.onMessage(message);
  }
}
