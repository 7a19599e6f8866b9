import { limits } from '../../../shared/limits.ts';
import { type AgentContent, type ContentChange, changeNotification } from '../content.ts';
import { isRecord, ResourceNotFoundError, RpcError, rpcCodes } from '../json-rpc.ts';
import { isAtLeast, type LoggingLevel, loggingLevels } from '../logging-level.ts';

/** Until a client asks for more it hears of nothing that needs no attention. */
const defaultLevel: LoggingLevel = 'warning';

/** What a client asked for, as far as it is not what every client gets. */
export interface WatchState {
  readonly level?: LoggingLevel | undefined;
  readonly uris: readonly string[];
}

/** What one client asked to be told of: the log level, and the resources that it is subscribed to. */
export class SessionWatch {
  readonly #content: Pick<AgentContent, 'capabilities' | 'hasResource'>;
  /** By URI, whether it changed while no stream was open. */
  readonly #subscriptions = new Map<string, { readonly missed: boolean }>();
  #level: LoggingLevel;

  /** @param restored of a session that was out of memory, when nobody saw what changed: each resource may have */
  constructor(content: Pick<AgentContent, 'capabilities' | 'hasResource'>, restored?: WatchState) {
    this.#content = content;
    this.#level = restored?.level ?? defaultLevel;
    for (const uri of restored?.uris ?? []) {
      if (content.hasResource(uri)) this.#subscriptions.set(uri, { missed: true });
    }
  }

  get state(): WatchState {
    return { level: this.#level === defaultLevel ? undefined : this.#level, uris: [...this.#subscriptions.keys()] };
  }

  /**
   * The result of a method that sets what is told; undefined for every other method.
   *
   * @throws RpcError
   */
  answer(method: string, params: unknown): string | undefined {
    const { resources, logging } = this.#content.capabilities;
    if (method === 'logging/setLevel' && logging !== undefined) this.#setLevel(field(params, 'level'));
    else if (method === 'resources/subscribe' && resources?.subscribe === true) this.#subscribe(uriIn(params));
    else if (method === 'resources/unsubscribe' && resources?.subscribe === true)
      this.#subscriptions.delete(uriIn(params));
    else return undefined;
    return '{}';
  }

  wantsLevel(level: LoggingLevel): boolean {
    return isAtLeast(level, this.#level);
  }

  /** The notification of a change that the client wants, or undefined. Without a stream, an update is kept for the next. */
  notificationOf(change: ContentChange, hasStream: boolean): string | undefined {
    if (change.kind === 'log' && !this.wantsLevel(change.level)) return undefined;
    if (change.kind === 'resource' && !this.#subscriptions.has(change.uri)) return undefined;
    if (hasStream) return changeNotification(change);
    if (change.kind === 'resource') this.#subscriptions.set(change.uri, { missed: true });
    return undefined;
  }

  /** The updates that a stream which opens now has to catch up with. */
  takeMissed(): readonly string[] {
    const missed = [...this.#subscriptions].flatMap(([uri, subscription]) => (subscription.missed ? [uri] : []));
    for (const uri of missed) this.#subscriptions.set(uri, { missed: false });
    return missed.map((uri) => changeNotification({ kind: 'resource', uri }));
  }

  #setLevel(given: unknown): void {
    const level = loggingLevels.find((known) => known === given);
    if (level === undefined) {
      throw new RpcError(rpcCodes.invalidParams, `logging/setLevel needs params.level: ${loggingLevels.join(', ')}`);
    }
    this.#level = level;
  }

  #subscribe(uri: string): void {
    if (!this.#content.hasResource(uri)) throw new ResourceNotFoundError(uri);
    if (this.#subscriptions.size >= limits.subscriptionMaxUris && !this.#subscriptions.has(uri)) {
      const problem = `A session can be subscribed to ${limits.subscriptionMaxUris} resources; unsubscribe from one first`;
      throw new RpcError(rpcCodes.invalidParams, problem);
    }
    this.#subscriptions.set(uri, { missed: false });
  }
}

function uriIn(params: unknown): string {
  const uri = field(params, 'uri');
  if (typeof uri !== 'string') throw new RpcError(rpcCodes.invalidParams, 'params.uri is the URI of a resource');
  return uri;
}

function field(params: unknown, name: string): unknown {
  return isRecord(params) ? params[name] : undefined;
}
