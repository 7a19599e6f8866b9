import { PassingMap } from '../../../shared/passing-map.ts';
import { Cancellation } from '../../editors/cancellation.ts';
import { RpcError, type RpcId, rpcCodes } from '../json-rpc.ts';

/** Sends a message ahead of a request's answer; undefined when its client takes no event stream there. */
export type Notify = ((json: string) => void) | undefined;

interface Running {
  /** Ends the request without a response. */
  readonly cancel: () => void;
  /** Ends its work, whose answer says what became of it. */
  readonly stop: () => void;
  readonly notify: Notify;
}

/** The requests of one session that have no answer yet. */
export class RunningRequests {
  readonly #running = new PassingMap<RpcId, Running>();

  get size(): number {
    return this.#running.size;
  }

  has(id: RpcId): boolean {
    return this.#running.has(id);
  }

  notifyOf(id: RpcId): Notify {
    return this.#running.get(id)?.notify;
  }

  /**
   * Resolves with the answer; with undefined when the client cancelled, because a cancelled request gets no response.
   *
   * @throws RpcError when a request with this id is running already.
   */
  run(id: RpcId, notify: Notify, answer: (cancellation: Cancellation) => Promise<string>): Promise<string | undefined> {
    if (this.#running.has(id)) {
      const problem = 'Invalid Request: a request with this id is still running';
      return Promise.reject(new RpcError(rpcCodes.invalidRequest, problem));
    }
    return new Promise((resolve, reject) => {
      const cancellation = new Cancellation();
      const leave = (): void => {
        // A cancelled request has left already, and its id may be in use again.
        if (this.#running.get(id) === running) this.#running.delete(id);
      };
      const cancel = (): void => {
        leave();
        cancellation.abort();
        resolve(undefined);
      };
      const running: Running = { cancel, stop: () => cancellation.abort(), notify };
      this.#running.set(id, running);
      answer(cancellation).then(
        (text) => {
          leave();
          resolve(text);
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }

  /** Ends a request without a response; nothing happens when it is not running any more. */
  cancel(id: RpcId): void {
    this.#running.get(id)?.cancel();
  }

  cancelAll(): void {
    for (const { cancel } of this.#running.values()) cancel();
  }

  /** Ends the work of all: nobody has cancelled them, so each gets an answer. */
  stopAll(): void {
    for (const { stop } of this.#running.values()) stop();
  }
}
