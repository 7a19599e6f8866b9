import { isRpcId, type RpcId } from '../agent/json-rpc.ts';

/**
 * Requests of the server to the agent. Each new session of the server counts its ids from the beginning, so the agent sees
 * ids of our own: an answer to an old session's question never reaches a question of the new one.
 */
export class ServerRequests {
  readonly #open = new Map<RpcId, { readonly generation: number; readonly id: RpcId }>();
  #count = 0;

  /** The request as the agent gets it. */
  outward(message: Readonly<Record<string, unknown>>, generation: number): string {
    const { id } = message;
    if (!isRpcId(id)) return JSON.stringify(message);
    this.#count += 1;
    const own = `server-${this.#count}`;
    this.#open.set(own, { generation, id });
    return JSON.stringify({ ...message, id: own });
  }

  /** The agent's response as the server gets it; undefined when nobody waits for it any more. */
  inward(message: Readonly<Record<string, unknown>>, generation: number | undefined): string | undefined {
    const { id } = message;
    const asked = isRpcId(id) ? this.#open.get(id) : undefined;
    if (!isRpcId(id) || asked === undefined) return undefined;
    this.#open.delete(id);
    return asked.generation === generation ? JSON.stringify({ ...message, id: asked.id }) : undefined;
  }

  /** A notice of the server that it no longer waits, with the id that the agent knows; undefined when it knows none. */
  cancelled(params: unknown, generation: number): RpcId | undefined {
    const id = typeof params === 'object' && params !== null && 'requestId' in params ? params.requestId : undefined;
    for (const [own, asked] of this.#open) {
      if (asked.id !== id || asked.generation !== generation) continue;
      this.#open.delete(own);
      return own;
    }
    return undefined;
  }
}
