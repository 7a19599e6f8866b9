import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { forward } from './forward.ts';

type ServeRequest = (req: IncomingMessage, res: ServerResponse) => void;
type ServeUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Inside {
  readonly request: ServeRequest;
  readonly upgrade: ServeUpgrade;
}

type State =
  /** Nobody can tell yet which bridge will serve: what comes waits, a few milliseconds. */
  | { readonly kind: 'held'; readonly waiting: (() => void)[] }
  | { readonly kind: 'open'; readonly inside: Inside }
  | { readonly kind: 'moved'; readonly port: number };

/**
 * Stands between the port and the bridge. While a port changes hands two processes accept connections on it; neither
 * answers until it is settled which of them is the bridge, so that no client ever sees half of one.
 */
export class Doorway {
  #state: State = { kind: 'held', waiting: [] };

  readonly request: ServeRequest = (req, res) => {
    const state = this.#state;
    switch (state.kind) {
      case 'open':
        return state.inside.request(req, res);
      case 'moved':
        return forward(state.port, req, res);
      case 'held':
        state.waiting.push(() => this.request(req, res));
    }
  };

  readonly upgrade: ServeUpgrade = (req, socket, head) => {
    const state = this.#state;
    switch (state.kind) {
      case 'open':
        return state.inside.upgrade(req, socket, head);
      case 'moved':
        socket.on('error', () => {});
        // A link is not passed on: it comes again, to the bridge that has the port.
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      case 'held':
        state.waiting.push(() => this.upgrade(req, socket, head));
    }
  };

  hold(): void {
    if (this.#state.kind !== 'held') this.#state = { kind: 'held', waiting: [] };
  }

  open(inside: Inside): void {
    this.#enter({ kind: 'open', inside });
  }

  /** From now on another process serves; what still comes here is passed on to it. */
  move(port: number): void {
    this.#enter({ kind: 'moved', port });
  }

  #enter(state: State): void {
    const waiting = this.#state.kind === 'held' ? this.#state.waiting : [];
    this.#state = state;
    for (const serve of waiting) serve();
  }
}
