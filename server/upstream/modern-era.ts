import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { isRecord } from '../agent/json-rpc.ts';
import { clientEnvelope } from '../agent/modern/envelope.ts';
import { mirrorHeaders } from '../agent/modern/header-checks.ts';
import type { Connection } from '../recovery/connection.ts';
import { ListenStream } from './listen-stream.ts';
import { paramHeaders } from './param-headers.ts';
import { type Framed, type Message, refusalIn, type Send, type UpstreamEra, WrongEraError } from './upstream-era.ts';
import { reached, resultOf } from './upstream-reply.ts';

export interface ModernEraDeps {
  readonly server: string;
  readonly clientInfo: object;
  readonly connection: Connection;
  readonly send: Send;
  readonly onMessage: (message: Message) => void;
  /** The server tells of changes from now on; what changed before was not told. */
  readonly onHearing: () => void;
  readonly clock: Clock;
  readonly random: () => number;
}

const version = '2026-07-28';
const listChanges = ['tools', 'prompts', 'resources'] as const;

/** MCP from 2026-07-28 on: no session, each request says everything, and changes come on a stream that was asked for. */
export class ModernEra implements UpstreamEra {
  readonly #deps: ModernEraDeps;
  #open = false;
  /** The last one is what is wanted now; those before it go once it has been agreed to, so that no change falls between. */
  #streams: readonly ListenStream[] = [];
  #wanted = '';

  constructor(deps: ModernEraDeps) {
    this.#deps = deps;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  async open(): Promise<unknown> {
    const { server, connection, send } = this.#deps;
    this.#open = false;
    // The time of the question is for its answer, not for getting there.
    await reached(server, connection);
    const reply = await send('server/discover', this.frame('server/discover', {}), {
      budgetMs: limits.upstreamProbeMs,
      once: true,
    });
    // Somebody who takes no notice of what it does not know is of the older era.
    const refusal = reply.kind === 'timeout' && reply.sent ? 'nothing' : refusalIn(reply);
    if (refusal !== undefined) throw new WrongEraError(`server/discover was answered with ${refusal}`);
    const result = resultOf({ server, what: 'server/discover' }, reply);
    const versions = result['supportedVersions'];
    if (!Array.isArray(versions) || !versions.includes(version))
      throw new WrongEraError(`it does not speak ${version}`);
    this.#open = true;
    return result['capabilities'];
  }

  frame(method: string, params: object, inputSchema?: unknown): Framed {
    const given = isRecord(params) ? params : {};
    const meta = isRecord(given['_meta']) ? given['_meta'] : {};
    const whole = { ...given, _meta: { ...meta, ...clientEnvelope(version, this.#deps.clientInfo) } };
    const headers = {
      ...mirrorHeaders({ method, params: whole }, version),
      ...paramHeaders(inputSchema, given['arguments']),
    };
    return { era: 'modern', params: whole, headers };
  }

  listen(capabilities: unknown, uris: ReadonlySet<string>): void {
    const notifications = wantedOf(capabilities, uris);
    const wanted = JSON.stringify(notifications);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const { connection, send, onMessage, onHearing, clock, random } = this.#deps;
    const method = 'subscriptions/listen';
    const isNothing = wanted === '{}';
    const stream = new ListenStream({
      // Without anything to hear of it only watches whether the server can be reached.
      open: isNothing
        ? undefined
        : (more) => send(method, this.frame(method, { notifications }), { budgetMs: undefined, ...more }),
      onMessage,
      onAcknowledged: () => {
        this.#replace(stream);
        onHearing();
      },
      connection,
      clock,
      random,
    });
    this.#streams = [...this.#streams, stream];
    if (isNothing) this.#replace(stream);
  }

  end(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }

  dispose(): void {
    for (const stream of this.#streams) stream.dispose();
  }

  #replace(stream: ListenStream): void {
    const at = this.#streams.indexOf(stream);
    for (const older of this.#streams.slice(0, at)) older.dispose();
    this.#streams = this.#streams.slice(at);
  }
}

/** What of the server's changes there is to hear of. */
function wantedOf(capabilities: unknown, uris: ReadonlySet<string>): object {
  const of = (list: string) => {
    const capability = isRecord(capabilities) ? capabilities[list] : undefined;
    return isRecord(capability) ? capability : {};
  };
  return {
    ...Object.fromEntries(
      listChanges.filter((list) => of(list)['listChanged'] === true).map((list) => [`${list}ListChanged`, true]),
    ),
    ...(uris.size > 0 && of('resources')['subscribe'] === true ? { resourceSubscriptions: [...uris] } : {}),
  };
}
