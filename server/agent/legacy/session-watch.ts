import type { Disposable } from '../../../shared/disposable.ts';
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

type WatchedContent = Pick<AgentContent, 'capabilities' | 'hasResource' | 'watchResource'>;

interface Subscription {
  /** It changed while no stream was open. */
  missed: boolean;
  readonly watch: Disposable | undefined;
}

/** What one client asked to be told of: the log level, and the resources that it is subscribed to. */
export class SessionWatch implements Disposable {
  readonly #content: WatchedContent;
  readonly #subscriptions = new Map<string, Subscription>();
  #level: LoggingLevel;

  /** @param restored of a session that was out of memory, when nobody saw what changed: each resource may have */
  constructor(content: WatchedContent, restored?: WatchState) {
    this.#content = content;
    this.#level = restored?.level ?? defaultLevel;
    for (const uri of restored?.uris ?? []) {
      if (content.hasResource(uri)) this.#add(uri, true);
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
    else if (method === 'resources/unsubscribe' && resources?.subscribe === true) this.#delete(uriIn(params));
    else return undefined;
    return '{}';
  }

  wantsLevel(level: LoggingLevel): boolean {
    return isAtLeast(level, this.#level);
  }

  /** The notification of a change that the client wants, or undefined. Without a stream, an update is kept for the next. */
  notificationOf(change: ContentChange, hasStream: boolean): string | undefined {
    if (change.kind === 'log' && !this.wantsLevel(change.level)) return undefined;
    const subscription = change.kind === 'resource' ? this.#subscriptions.get(change.uri) : undefined;
    if (change.kind === 'resource' && subscription === undefined) return undefined;
    if (hasStream) return changeNotification(change);
    if (subscription !== undefined) subscription.missed = true;
    return undefined;
  }

  /** The updates that a stream which opens now has to catch up with. */
  takeMissed(): readonly string[] {
    const missed = [...this.#subscriptions].filter(([, subscription]) => subscription.missed);
    return missed.map(([uri, subscription]) => {
      subscription.missed = false;
      return changeNotification({ kind: 'resource', uri });
    });
  }

  dispose(): void {
    for (const uri of [...this.#subscriptions.keys()]) this.#delete(uri);
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
    const known = this.#subscriptions.get(uri);
    if (known === undefined) this.#add(uri, false);
    else known.missed = false;
  }

  #add(uri: string, missed: boolean): void {
    this.#subscriptions.set(uri, { missed, watch: this.#content.watchResource?.(uri) });
  }

  #delete(uri: string): void {
    this.#subscriptions.get(uri)?.watch?.dispose();
    this.#subscriptions.delete(uri);
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
