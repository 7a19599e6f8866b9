import { limits } from '../../../shared/limits.ts';
import { fileUriToPath } from '../../calls/paths.ts';
import type { SdkServer } from './sdk-server.ts';

/**
 * The folders that a client names as its roots. Asked once and kept until the client says that they changed, even when
 * it did not answer: a client that never answers must not slow each call down.
 */
export class AgentRoots {
  readonly #server: () => Promise<Pick<SdkServer, 'listRoots'>>;
  #folders: Promise<readonly string[]> | undefined;

  constructor(server: () => Promise<Pick<SdkServer, 'listRoots'>>) {
    this.#server = server;
  }

  /** Absolute paths of the roots on disk; none when the client does not answer in time. */
  folders(): Promise<readonly string[]> {
    this.#folders ??= this.#ask();
    return this.#folders;
  }

  forget(): void {
    this.#folders = undefined;
  }

  async #ask(): Promise<readonly string[]> {
    try {
      const server = await this.#server();
      const { roots } = await server.listRoots(undefined, { timeout: limits.rootsMs });
      return roots.flatMap(({ uri }) => fileUriToPath(uri) ?? []);
    } catch {
      // No answer, or a refusal: routing goes on as for an agent without roots.
      return [];
    }
  }
}
