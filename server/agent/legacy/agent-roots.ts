import { ListRootsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { fileUriToPath } from '../../calls/paths.ts';
import type { RpcId } from '../json-rpc.ts';

/**
 * The folders that a client names as its roots. Asked once and kept until the client says that they changed, even when
 * it did not answer: a client that never answers must not slow each call down.
 */
export class AgentRoots {
  readonly #list: (requestId: RpcId) => Promise<unknown>;
  #folders: Promise<readonly string[]> | undefined;
  #answered = false;

  /** @param list asks the client for `roots/list` on behalf of one of its requests; rejects when it does not answer */
  constructor(list: (requestId: RpcId) => Promise<unknown>) {
    this.#list = list;
  }

  /**
   * Absolute paths of the roots on disk; none when the client does not answer in time.
   *
   * @param requestId the client's request on whose behalf they are asked for
   */
  folders(requestId: RpcId): Promise<readonly string[]> {
    this.#folders ??= this.#ask(requestId);
    return this.#folders;
  }

  forget(): void {
    this.#folders = undefined;
    this.#answered = false;
  }

  /** Asks again next time if the client has not answered so far. */
  retry(): void {
    if (!this.#answered) this.forget();
  }

  async #ask(requestId: RpcId): Promise<readonly string[]> {
    try {
      const { roots } = ListRootsResultSchema.parse(await this.#list(requestId));
      this.#answered = true;
      return roots.flatMap(({ uri }) => fileUriToPath(uri) ?? []);
    } catch {
      // No answer, or a refusal: routing goes on as for an agent without roots.
      return [];
    }
  }
}
