import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { isRecord } from '../agent/json-rpc.ts';
import type { Connection } from '../recovery/connection.ts';
import type { LegacySession } from '../recovery/legacy-session.ts';
import type { RecoveringClient } from '../recovery/recovering-client.ts';
import { ServerStream, type ServerStreamDeps } from '../recovery/server-stream.ts';
import { type Framed, refusalIn, type Send, type UpstreamEra, WrongEraError } from './upstream-era.ts';
import { reached, resultOf } from './upstream-reply.ts';

export interface LegacyEraDeps extends Pick<ServerStreamDeps, 'clock' | 'random' | 'onMessage'> {
  /** The server tells of this resource from now on; what changed before was not told. */
  readonly onSubscribed: (uri: string) => void;
  readonly server: string;
  readonly clientInfo: object;
  readonly connection: Connection;
  readonly session: LegacySession;
  readonly client: RecoveringClient;
  readonly send: Send;
  readonly log: Log;
}

/** MCP up to 2025-11-25: a session that `initialize` opens, and a stream of the server's own. */
export class LegacyEra implements UpstreamEra {
  readonly #deps: LegacyEraDeps;
  readonly #stream: ServerStream;
  #subscribed: ReadonlySet<string> = new Set();
  /** In which session they are subscribed to. */
  #generation: number | undefined;

  constructor(deps: LegacyEraDeps) {
    this.#deps = deps;
    const onUnknownSession = (): void => void this.#request('ping', {}).catch(() => undefined);
    this.#stream = new ServerStream({ ...deps, onUnknownSession });
  }

  get isOpen(): boolean {
    return this.#deps.session.use !== undefined;
  }

  async open(): Promise<unknown> {
    const { server, clientInfo, connection, session, client, send } = this.#deps;
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const { beginMs = limits.recoveryConnectMs } = await reached(server, connection);
    const reply = await send('initialize', this.frame('initialize', params), { budgetMs: beginMs });
    const refusal = refusalIn(reply);
    if (refusal !== undefined) throw new WrongEraError(`initialize was answered with ${refusal}`);
    const result = resultOf({ server, what: 'initialize' }, reply);
    session.opened(params, reply.kind === 'response' ? reply.sessionId : undefined, result);
    session.confirm();
    await client.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}', 'legacy');
    return result['capabilities'];
  }

  frame(_method: string, params: object): Framed {
    return { era: 'legacy', params, headers: {} };
  }

  listen(capabilities: unknown, uris: ReadonlySet<string>): void {
    this.#stream.start();
    const resources = isRecord(capabilities) ? capabilities['resources'] : undefined;
    if (!isRecord(resources) || resources['subscribe'] !== true) return;
    const generation = this.#deps.session.use?.generation;
    const before = generation === this.#generation ? this.#subscribed : new Set<string>();
    this.#generation = generation;
    this.#subscribed = new Set(uris);
    const { onSubscribed } = this.#deps;
    for (const uri of uris) {
      if (!before.has(uri))
        void this.#subscription('resources/subscribe', uri).then((done) => done && onSubscribed(uri));
    }
    for (const uri of before) if (!uris.has(uri)) void this.#subscription('resources/unsubscribe', uri);
  }

  async end(): Promise<void> {
    const { connection, session } = this.#deps;
    if (connection.state.kind === 'ready') await session.end(connection.state.endpoint);
  }

  dispose(): void {
    this.#stream.dispose();
  }

  async #subscription(method: string, uri: string): Promise<boolean> {
    try {
      await this.#request(method, { uri });
      return true;
    } catch (error) {
      this.#deps.log.warn(`${method} of ${uri}: ${messageOf(error)}`);
      return false;
    }
  }

  async #request(method: string, params: object): Promise<unknown> {
    const { server, send } = this.#deps;
    return resultOf({ server, what: method }, await send(method, this.frame(method, params)));
  }
}
