import { limits } from '../../../shared/limits.ts';
import { fileUriToPath } from '../../calls/paths.ts';
import type { RpcId } from '../json-rpc.ts';
import type { SdkServer } from './sdk-server.ts';

/**
 * The folders that a client names as its roots. Asked once and kept until the client says that they changed, even when
 * it did not answer: a client that never answers must not slow each call down.
 */
export class AgentRoots {
  readonly #server: () => Promise<Pick<SdkServer, 'listRoots'>>;
  #folders: Promise<readonly string[]> | undefined;
  #answered = false;

  constructor(server: () => Promise<Pick<SdkServer, 'listRoots'>>) {
    this.#server = server;
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

  async #ask(relatedRequestId: RpcId): Promise<readonly string[]> {
    try {
      const server = await this.#server();
      const { roots } = await server.listRoots(undefined, { timeout: limits.rootsMs, relatedRequestId });
      this.#answered = true;
      return roots.flatMap(({ uri }) => fileUriToPath(uri) ?? []);
    } catch {
      // No answer, or a refusal: routing goes on as for an agent without roots.
      return [];
    }
  }
}
