import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Comeback } from './comeback.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { Exchange, ExchangeEnd } from './http-exchange.ts';
import type { LegacySession, SessionUse } from './legacy-session.ts';
import { parseRecord } from './post-request.ts';

export interface ServerStreamDeps {
  readonly connection: Connection;
  readonly session: LegacySession;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onMessage: (message: Readonly<Record<string, unknown>>, json: string, generation: number) => void;
  /** The server may not know the session of this stream: a POST finds out, because only that may recover it. */
  readonly onUnknownSession: () => void;
}

/**
 * The stream on which the server speaks unasked. It comes back by itself for as long as the process lives, but starts no
 * bridge and recovers no session: that is for requests, which somebody waits for.
 */
export class ServerStream implements Disposable {
  readonly #deps: ServerStreamDeps;
  readonly #store = new DisposableStore();
  readonly #comeback: Comeback;
  #exchange: Exchange | undefined;
  /** The session is a new one, which is not in use yet. */
  #replaced = false;
  /** The session whose stream the server has refused for good. */
  #refused: number | undefined;
  /** The session that a POST was sent for already. */
  #asked: number | undefined;

  constructor(deps: ServerStreamDeps) {
    this.#deps = deps;
    this.#comeback = this.#store.add(new Comeback({ ...deps, once: () => this.#once() }));
    this.#store.add(
      deps.session.onDidRenew(() => {
        this.#exchange?.abort('the session has been replaced');
        this.#comeback.wake();
      }),
    );
    this.#store.add(
      deps.session.onDidReplace(() => {
        this.#replaced = true;
        this.#exchange?.abort('the session has been replaced');
      }),
    );
  }

  /** Begins, once the session is in use; again for one that has replaced another. */
  start(): void {
    this.#comeback.start();
    if (!this.#replaced) return;
    this.#replaced = false;
    this.#comeback.wake();
  }

  dispose(): void {
    this.#store.dispose();
    this.#exchange?.abort('leaving');
  }

  /** One stream, from its request to its end. */
  async #once(): Promise<undefined> {
    const { connection, session } = this.#deps;
    let endpoint: Endpoint;
    try {
      endpoint = await connection.join();
    } catch {
      // Nobody there: the state tells why, and the next look comes by itself.
      return;
    }
    await session.settled();
    const { use } = session;
    if (use === undefined || this.#replaced || use.generation === this.#refused || this.#comeback.disposed) return;
    this.#exchange = endpoint.exchange({
      method: 'GET',
      headers: { accept: 'text/event-stream', ...use.headers },
      onMessage: (json) => {
        const message = parseRecord(json);
        if (message !== undefined) this.#deps.onMessage(message, json, use.generation);
      },
    });
    this.#ended(await this.#exchange.ended, endpoint, use);
  }

  #ended(end: ExchangeEnd, endpoint: Endpoint, use: SessionUse): void {
    const { connection, session, onUnknownSession } = this.#deps;
    this.#exchange = undefined;
    if (end.kind === 'failed' && session.use?.generation === use.generation) connection.lost(endpoint, end.reason);
    if (end.kind !== 'answered') return;
    if (end.status === 405) this.#refused = use.generation;
    // Routers that say 400 of an unknown session say so here too; a POST finds out whether that was meant.
    if ((end.status !== 404 && end.status !== 400) || this.#asked === use.generation) return;
    this.#asked = use.generation;
    onUnknownSession();
  }
}
