import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError, messageOf } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import type { ContentChange } from '../agent/content.ts';
import { errorAnswer, isRecord, isRpcId, resultAnswer, rpcCodes } from '../agent/json-rpc.ts';
import type { MethodContext } from '../agent/methods.ts';
import { Cancellation } from '../editors/cancellation.ts';
import { Breaker } from '../recovery/breaker.ts';
import { Connection } from '../recovery/connection.ts';
import { LegacySession } from '../recovery/legacy-session.ts';
import { type ClientRequest, RecoveringClient } from '../recovery/recovering-client.ts';
import { LegacyEra } from './legacy-era.ts';
import { ModernEra } from './modern-era.ts';
import { ResourceWatches } from './resource-watches.ts';
import { listMessages, plainResult, progressIn } from './server-messages.ts';
import { type Framed, isOfOtherEra, type Message, type UpstreamEra, WrongEraError } from './upstream-era.ts';
import type { UpstreamItem } from './upstream-list.ts';
import { type UpstreamKind, UpstreamLists } from './upstream-lists.ts';
import { agentUri } from './upstream-names.ts';
import { resultOf, unavailable } from './upstream-reply.ts';
import type { Way } from './ways.ts';

export interface UpstreamDeps {
  readonly name: string;
  readonly config: Pick<UpstreamConfig, 'trustHints'>;
  /** In the order in which they are tried. */
  readonly ways: readonly [Way, ...Way[]];
  /** Of this bridge. */
  readonly version: string;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** A request of an agent, by the server's own names. */
export interface UpstreamRequest extends Pick<MethodContext, 'signal' | 'progress'> {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What `status` tells of it. */
export interface UpstreamStatus {
  readonly name: string;
  readonly state: 'connecting' | 'ready' | 'away';
  readonly reason?: string;
  /** How it is spoken with, once that is known. */
  readonly speaks?: string;
  readonly tools: number;
  readonly prompts: number;
  readonly resources: number;
}

/** One MCP server behind the bridge: begins with it, stays in touch, knows what it offers and passes requests on to it. */
export class Upstream implements Disposable {
  readonly name: string;
  readonly #deps: UpstreamDeps;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<ContentChange>());
  readonly #connection: Connection;
  readonly #session: LegacySession;
  readonly #client: RecoveringClient;
  readonly #eras: Readonly<Record<Way['era'], UpstreamEra>>;
  readonly #lists: UpstreamLists;
  readonly #watches: ResourceWatches;
  #way: Way;
  /** Whether the way is the one that the server speaks, as far as is known. */
  #settled = false;
  #opening: Promise<void> | undefined;
  #retry: Disposable | undefined;
  /** Why the last attempt to begin failed. */
  #problem: string | undefined;
  #failures = 0;
  #capabilities: unknown;
  #pending = 0;

  /** With the names and URIs that agents use. */
  readonly onDidChange = this.#changed.event;
  /** Resolves when the first attempt to learn what it offers is over, in whatever way, or takes too long to wait for. */
  readonly looked: Promise<void>;

  constructor(deps: UpstreamDeps) {
    const { name, ways, clock, random, newId, log, version } = deps;
    this.name = name;
    this.#deps = deps;
    [this.#way] = ways;
    const connector = {
      connect: (...how: Parameters<Way['connector']['connect']>) => this.#way.connector.connect(...how),
    };
    const connection = this.#store.add(new Connection({ connector, breaker: new Breaker({ clock }), clock }));
    const session = new LegacySession({ connection, clock, log, newId });
    this.#session = session;
    this.#connection = connection;
    this.#client = new RecoveringClient({ connection, session, clock, log, newId });
    const shared = {
      server: name,
      clientInfo: { name: 'holdfast', version },
      connection,
      send: (method: string, framed: Framed, more: Partial<ClientRequest> = {}) => this.#send(method, framed, more),
      onMessage: (message: Message) => this.#fromServer(message),
      clock,
      random,
    };
    this.#eras = {
      legacy: this.#store.add(
        new LegacyEra({
          ...shared,
          session,
          client: this.#client,
          onSubscribed: (uri) => this.#updated([uri]),
          log,
        }),
      ),
      modern: this.#store.add(new ModernEra({ ...shared, onHearing: () => this.#resumed() })),
    };
    this.#lists = this.#store.add(
      new UpstreamLists({
        ask: (method, params) => this.#ask(method, params),
        isThere: () => this.#isReady,
        onDidChange: (list) => this.#changed.fire({ kind: 'list', list }),
        clock,
        random,
        log,
      }),
    );
    this.#watches = new ResourceWatches({
      onDidChange: () => this.#era.isOpen && this.#era.listen(this.#capabilities, this.#watches.uris),
    });
    // A server that was away or has begun again may offer something else, and what it told meanwhile was not heard.
    this.#store.add(
      session.onDidRenew((result) => void this.#began(isRecord(result) ? result['capabilities'] : undefined)),
    );
    this.#store.add(session.onDidRefuse(() => this.#startAgain()));
    this.#store.add(connection.onDidConnect(() => this.#reconnected()));
    this.looked = Promise.race([
      this.#keepTrying(),
      new Promise<void>((resolve) => this.#store.add(clock.after(limits.upstreamFirstListMs, resolve))),
    ]);
  }

  items(kind: UpstreamKind): readonly UpstreamItem[] {
    return this.#lists.of(kind);
  }

  get status(): UpstreamStatus {
    const { name } = this;
    const { state } = this.#connection;
    const { era, transport } = this.#way;
    const count = (kind: UpstreamKind): number => this.items(kind).length;
    const offers = {
      tools: count('tools'),
      prompts: count('prompts'),
      resources: count('resources') + count('resourceTemplates'),
      ...(this.#settled
        ? { speaks: `${era === 'modern' ? 'MCP 2026-07-28' : 'MCP with sessions'} over ${transport}` }
        : {}),
    };
    const problem = this.#isReady ? this.#lists.failure : this.#problem;
    const reason = state.kind === 'ready' ? problem : state.reason;
    const isTrying = this.#opening !== undefined || state.kind === 'connecting';
    return {
      name,
      state: this.#isReady ? 'ready' : isTrying ? 'connecting' : 'away',
      ...(reason === undefined ? {} : { reason }),
      ...offers,
    };
  }

  /**
   * Asks the server; resolves with the result.
   *
   * @throws RpcError with what the server said
   * @throws HoldfastError when it did not answer
   */
  async request({ method, params, signal, progress }: UpstreamRequest): Promise<Message> {
    if (this.#store.disposed) throw unavailable(this.name, 'the bridge passes nothing on to it any more');
    if (this.#pending >= limits.upstreamPendingMax) {
      const message = `${this.#pending} requests wait for the MCP server "${this.name}" already.`;
      throw new HoldfastError('busy', message, { hint: 'Wait for some of them to finish, then repeat the call.' });
    }
    this.#pending += 1;
    const startedMs = this.#deps.clock.now();
    try {
      if (!this.#era.isOpen) await this.#opened(signal);
      const budgetMs = startedMs + limits.callMaxMs - this.#deps.clock.now();
      const progressToken = this.#deps.newId();
      const whole = progress === undefined ? params : { ...params, _meta: { progressToken } };
      return await this.#ask(method, whole, {
        budgetMs,
        cancelled: signal,
        harmless: this.#isHarmless(method, params['name']),
        onMessage: (message) => {
          const update = progress === undefined ? undefined : progressIn(message, progressToken);
          if (update === undefined) this.#fromServer(message);
          else progress?.(update);
        },
      });
    } finally {
      this.#pending -= 1;
    }
  }

  /** Whether the server tells of changes of its resources, as far as is known. */
  get canWatch(): boolean {
    const resources = isRecord(this.#capabilities) ? this.#capabilities['resources'] : undefined;
    return this.#capabilities === undefined || (isRecord(resources) && resources['subscribe'] === true);
  }

  /** Hears of a resource's changes, by the server's own URI, until that is disposed. */
  watch(uri: string): Disposable {
    return this.#watches.add(uri);
  }

  /** Tells the server that this is over; nothing waits for that. */
  dispose(): void {
    this.#store.dispose();
    this.#retry?.dispose();
    const { state } = this.#connection;
    if (state.kind !== 'ready') return this.#way.connector.close?.();
    const { endpoint } = state;
    const timer = this.#deps.clock.after(limits.endSessionMs, () => endpoint.close());
    void this.#era.end().finally(() => {
      timer.dispose();
      endpoint.close();
    });
  }

  get #isReady(): boolean {
    return this.#era.isOpen && this.#connection.state.kind === 'ready';
  }

  get #era(): UpstreamEra {
    return this.#eras[this.#way.era];
  }

  /** Whether the user lets the server's own word count, and it has given it. */
  #isHarmless(method: string, name: unknown): boolean {
    if (method !== 'tools/call' || !this.#deps.config.trustHints) return false;
    const hints = this.#described('tools', name)?.['annotations'];
    return isRecord(hints) && (hints['readOnlyHint'] === true || hints['idempotentHint'] === true);
  }

  #described(kind: UpstreamKind, key: unknown): Message | undefined {
    return this.items(kind).find((item) => item.key === key)?.described;
  }

  /** Begins now and, until that works, again and again. */
  async #keepTrying(): Promise<void> {
    const { clock, random, log } = this.#deps;
    try {
      await this.#open();
      this.#failures = 0;
      this.#problem = undefined;
    } catch (error) {
      if (this.#store.disposed || this.#retry !== undefined) return;
      this.#failures += 1;
      this.#problem = messageOf(error);
      if (this.#failures === 1) log.warn(this.#problem);
      this.#retry = clock.after(reconnectDelayMs(this.#failures, random()), () => {
        this.#retry = undefined;
        void this.#keepTrying();
      });
    }
  }

  /** Waits until it has begun, within one call's time. */
  #opened(signal: MethodContext['signal']): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = () => reject(new HoldfastError('cancelled', 'The call was cancelled.', { hint: 'Repeat it.' }));
      const timer = this.#deps.clock.after(limits.callMaxMs, () =>
        reject(unavailable(this.name, 'it could not be reached in time')),
      );
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
      this.#open()
        .then(resolve, reject)
        .finally(() => {
          timer.dispose();
          signal.removeEventListener('abort', cancel);
        });
    });
  }

  #open(): Promise<void> {
    if (this.#era.isOpen) return Promise.resolve();
    this.#opening ??= this.#begin().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Tries the ways until the server speaks one; the one that it spoke before comes first. */
  async #begin(): Promise<void> {
    const { ways } = this.#deps;
    const refusals: string[] = [];
    for (const way of this.#settled ? [this.#way, ...ways.filter((other) => other !== this.#way)] : ways) {
      this.#choose(way);
      try {
        const capabilities = await this.#era.open();
        this.#settled = true;
        return await this.#began(capabilities);
      } catch (error) {
        const isRefusal = error instanceof WrongEraError;
        if (!isRefusal && refusals.length === 0) throw error;
        this.#settled = false;
        const { state } = this.#connection;
        const reason = !isRefusal && state.kind === 'away' ? state.reason : messageOf(error);
        refusals.push(`${way.transport}: ${reason}`);
      }
    }
    throw unavailable(this.name, refusals.join('; '));
  }

  #choose(way: Way): void {
    const { state } = this.#connection;
    const isOther = way.connector !== this.#way.connector;
    this.#way = way;
    if (isOther && state.kind === 'ready') this.#connection.refresh(state.endpoint);
  }

  /** A session or what stands for one is new. */
  async #began(capabilities: unknown): Promise<void> {
    this.#capabilities = capabilities ?? {};
    this.#lists.declare(this.#capabilities);
    this.#era.listen(this.#capabilities, this.#watches.uris);
    await this.#lists.refresh();
  }

  #reconnected(): void {
    if (!this.#era.isOpen) return;
    if (this.#way.era === 'legacy') return this.#resumed();
    // Without sessions nothing but the question itself finds out whether it is the same server.
    void this.#era.end();
    void this.#keepTrying();
  }

  /** It speaks another era now, or has to be begun with from the start. */
  #startAgain(): void {
    // What it refuses right after it has begun it will refuse again.
    if (this.#opening !== undefined) return;
    this.#session.forget();
    void this.#keepTrying();
  }

  #resumed(): void {
    this.#updated(this.#watches.uris);
    void this.#lists.refresh();
  }

  #updated(uris: Iterable<string>): void {
    for (const uri of uris) this.#changed.fire({ kind: 'resource', uri: agentUri(this.name, uri) });
  }

  async #ask(method: string, params: object, more: Partial<ClientRequest> = {}): Promise<Message> {
    const isCall = method === 'tools/call' && isRecord(params);
    const schema = isCall ? this.#described('tools', params['name'])?.['inputSchema'] : undefined;
    const reply = await this.#send(method, this.#era.frame(method, params, schema), more);
    if (isOfOtherEra(reply)) this.#startAgain();
    const changes = isCall && more.harmless !== true;
    return plainResult(this.name, resultOf({ server: this.name, what: method, changes }, reply));
  }

  #send(method: string, { era, params, headers }: Framed, more: Partial<ClientRequest>) {
    const id = this.#deps.newId();
    return this.#client.request({
      id,
      method,
      params,
      era,
      json: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      headers,
      budgetMs: limits.callMaxMs,
      cancelled: new Cancellation(),
      onMessage: (message) => this.#fromServer(message),
      ...more,
    });
  }

  #fromServer({ id, method, params }: Message): void {
    if (typeof method !== 'string') return;
    const list = listMessages.get(method);
    if (list !== undefined) return this.#lists.changed(list);
    if (method === 'notifications/resources/updated') {
      const updated = isRecord(params) ? params['uri'] : undefined;
      this.#updated(this.#watches.concernedBy(updated));
    }
    if (!isRpcId(id)) return;
    // It was told that nothing else can be asked of us.
    const unknown = `Method not found: ${method}`;
    const answer = method === 'ping' ? resultAnswer(id, '{}') : errorAnswer(id, rpcCodes.methodNotFound, unknown);
    void this.#client.notify(answer, 'legacy');
  }
}
