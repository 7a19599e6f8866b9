import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import { Cancellation } from '../editors/cancellation.ts';
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
  readonly #store = new DisposableStore();
  readonly #cancelled = new Cancellation();
  #wake: (() => void) | undefined;

  constructor(deps: ListenStreamDeps) {
    this.#deps = deps;
    this.#store.add(deps.connection.onDidConnect(() => this.#wake?.()));
    void this.#run();
  }

  dispose(): void {
    this.#store.dispose();
    this.#cancelled.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#deps;
    let failures = 0;
    while (!this.#store.disposed) {
      const startMs = clock.now();
      const isQuiet = await this.#once();
      if (this.#store.disposed) return;
      const healthy = clock.now() - startMs >= limits.healthyAfterMs;
      failures = isQuiet ? limits.reconnectStepsMs.length : healthy ? 0 : failures + 1;
      await this.#sleep(reconnectDelayMs(failures, random()));
    }
  }

  /** Whether there is nothing to hear here, which a server is asked about only seldom. */
  async #once(): Promise<boolean> {
    const { connection, open } = this.#deps;
    try {
      await connection.join();
    } catch {
      // Nobody there: the state tells why, and the next look comes by itself.
      return false;
    }
    if (open === undefined || this.#store.disposed) return true;
    const reply = await open({ cancelled: this.#cancelled, onMessage: (message) => this.#take(message) });
    return reply.kind === 'refused' || (reply.kind === 'response' && reply.error !== undefined);
  }

  #take(message: Message): void {
    if (message['method'] === 'notifications/subscriptions/acknowledged') this.#deps.onAcknowledged();
    else this.#deps.onMessage(message);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#store.delete(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = this.#store.add(this.#deps.clock.after(ms, wake));
      this.#wake = wake;
      if (this.#store.disposed) wake();
    });
  }
}
