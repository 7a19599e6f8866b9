import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';
import { DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import { type AgentContent, type ContentChange, changeNotification, notification } from '../content.ts';
import { isRecord, RpcError, type RpcId, type RpcRequest, resultAnswer, rpcCodes } from '../json-rpc.ts';
import { SseStream } from '../sse-stream.ts';

const lists = ['tools', 'prompts', 'resources'] as const;
type ListName = (typeof lists)[number];

export interface SubscriptionsDeps {
  readonly content: Pick<AgentContent, 'capabilities' | 'hasResource' | 'watchResource' | 'onDidChange'>;
  /** What every result of the era carries. */
  readonly resultMeta: object;
  readonly clock: Clock;
}

/** What a client asked to hear of and will: nothing else may be sent. */
interface Filter {
  readonly lists: ReadonlySet<ListName>;
  readonly uris: ReadonlySet<string>;
}

/** The `subscriptions/listen` streams: each lives as long as its HTTP exchange, or until this is disposed. */
export class Subscriptions implements Disposable {
  readonly #deps: SubscriptionsDeps;
  readonly #streams = new Map<SseStream, { readonly id: RpcId; readonly filter: Filter }>();
  readonly #owned = new DisposableStore();

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
    this.#owned.add(deps.content.onDidChange((change) => this.#publish(change)));
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /**
   * Answers with a stream: what was agreed to, and then the changes. One that nothing could ever come on ends at once.
   *
   * @throws RpcError when the request does not fit.
   */
  open({ id, params }: RpcRequest, res: ServerResponse): void {
    const wanted = isRecord(params) ? params['notifications'] : undefined;
    if (!isRecord(wanted)) {
      throw new RpcError(
        rpcCodes.invalidParams,
        'subscriptions/listen needs params.notifications, the changes to hear of',
      );
    }
    const filter = this.#agree(wanted);
    if (this.#streams.size >= limits.subscriptionsMax) {
      throw new RpcError(rpcCodes.internalError, `${limits.subscriptionsMax} subscriptions are open already`);
    }
    const watches = new DisposableStore();
    const stream = new SseStream(res, {
      clock: this.#deps.clock,
      onClose: () => {
        this.#streams.delete(stream);
        watches.dispose();
      },
    });
    for (const uri of filter.uris) {
      const watch = this.#deps.content.watchResource?.(uri);
      if (watch !== undefined) watches.add(watch);
    }
    stream.send(
      notification('notifications/subscriptions/acknowledged', { _meta: tag(id), notifications: shown(filter) }),
    );
    this.#streams.set(stream, { id, filter });
    if (filter.lists.size === 0 && filter.uris.size === 0) this.#end(stream, id);
  }

  dispose(): void {
    this.#owned.dispose();
    this.endAll();
  }

  /** Ends every stream in the way that tells its client that this was meant. */
  endAll(): void {
    for (const [stream, { id }] of [...this.#streams]) this.#end(stream, id);
  }

  #end(stream: SseStream, id: RpcId): void {
    this.#streams.delete(stream);
    const _meta = { ...this.#deps.resultMeta, ...tag(id) };
    stream.send(resultAnswer(id, JSON.stringify({ resultType: 'complete', _meta })));
    stream.dispose();
  }

  #agree(wanted: Readonly<Record<string, unknown>>): Filter {
    const { content } = this.#deps;
    const subscribed = wanted['resourceSubscriptions'] ?? [];
    if (!Array.isArray(subscribed) || subscribed.length > limits.subscriptionMaxUris) {
      const problem = `params.notifications.resourceSubscriptions must be a list of at most ${limits.subscriptionMaxUris} URIs`;
      throw new RpcError(rpcCodes.invalidParams, problem);
    }
    const isServed = (uri: unknown): uri is string => typeof uri === 'string' && content.hasResource(uri);
    return {
      lists: new Set(
        lists.filter((list) => wanted[`${list}ListChanged`] === true && content.capabilities[list]?.listChanged),
      ),
      uris: new Set(content.capabilities.resources?.subscribe ? subscribed.filter(isServed) : []),
    };
  }

  #publish(change: ContentChange): void {
    for (const [stream, { id, filter }] of this.#streams) {
      if (accepts(filter, change)) stream.send(changeNotification(change, tag(id)));
    }
  }
}

function accepts(filter: Filter, change: ContentChange): boolean {
  switch (change.kind) {
    case 'resource':
      return filter.uris.has(change.uri);
    case 'list':
      return filter.lists.has(change.list);
    case 'log':
      // Log lines belong to the request that asked for them (spec, "Logging").
      return false;
  }
}

/** The filter as the wire has it; a type of change that will not be sent is absent. */
function shown({ lists: agreed, uris }: Filter): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries([...agreed].map((list) => [`${list}ListChanged`, true])),
    ...(uris.size === 0 ? {} : { resourceSubscriptions: [...uris] }),
  };
}

/** Ties a message to the request that opened its stream. */
function tag(id: RpcId): Readonly<Record<string, unknown>> {
  return { 'io.modelcontextprotocol/subscriptionId': id };
}
