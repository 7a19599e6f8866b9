import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError, messageOf } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import { errorAnswer, isRecord, isRpcId, resultAnswer, rpcCodes } from '../agent/json-rpc.ts';
import type { MethodContext } from '../agent/methods.ts';
import { Cancellation } from '../editors/cancellation.ts';
import { Breaker } from '../recovery/breaker.ts';
import { Connection, type Connector } from '../recovery/connection.ts';
import { LegacySession } from '../recovery/legacy-session.ts';
import { type ClientRequest, RecoveringClient } from '../recovery/recovering-client.ts';
import { ServerStream } from '../recovery/server-stream.ts';
import { resultOf, unavailable } from './upstream-reply.ts';

export interface UpstreamDeps {
  readonly name: string;
  readonly config: Pick<UpstreamConfig, 'trustHints'>;
  readonly connector: Connector;
  /** Of this bridge. */
  readonly version: string;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export interface UpstreamCall extends Pick<MethodContext, 'signal' | 'progress'> {
  readonly tool: string;
  readonly arguments: unknown;
}

type Tool = Readonly<Record<string, unknown>> & { readonly name: string };

/** What `status` tells of it. */
export interface UpstreamStatus {
  readonly name: string;
  readonly state: 'connecting' | 'ready' | 'away';
  readonly reason?: string;
  readonly tools: number;
}

/** One MCP server behind the bridge: opens its session, keeps it open, knows its tools and passes calls on to it. */
export class Upstream implements Disposable {
  readonly name: string;
  readonly #deps: UpstreamDeps;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly #connection: Connection;
  readonly #session: LegacySession;
  readonly #client: RecoveringClient;
  readonly #stream: ServerStream;
  #opening: Promise<void> | undefined;
  /** Why the last attempt to open a session failed. */
  #problem: string | undefined;
  #failures = 0;
  #tools: readonly Tool[] = [];
  #listed = '[]';
  #listing = 0;
  #pending = 0;

  readonly onDidChangeTools = this.#changed.event;
  /** Resolves when the first attempt to learn its tools is over, in whatever way, or takes too long to wait for. */
  readonly looked: Promise<void>;

  constructor(deps: UpstreamDeps) {
    const { name, connector, clock, random, newId } = deps;
    this.name = name;
    this.#deps = deps;
    const log = deps.log;
    this.#connection = this.#store.add(new Connection({ connector, breaker: new Breaker({ clock }), clock }));
    const connection = this.#connection;
    this.#session = new LegacySession({ connection, clock, log, newId });
    const session = this.#session;
    this.#client = new RecoveringClient({ connection, session, clock, log, newId });
    this.#stream = this.#store.add(
      new ServerStream({
        connection,
        session,
        clock,
        random,
        onMessage: (message) => this.#fromServer(message),
        onUnknownSession: () => void this.#request('ping', {}).catch(() => undefined),
      }),
    );
    // A server that was away or has begun again may offer something else.
    this.#store.add(session.onDidRenew(() => this.#refresh()));
    this.#store.add(connection.onDidConnect(() => session.use !== undefined && this.#refresh()));
    this.looked = Promise.race([
      this.#keepTrying(),
      new Promise<void>((resolve) => this.#store.add(clock.after(limits.upstreamFirstListMs, resolve))),
    ]);
  }

  get tools(): readonly Tool[] {
    return this.#tools;
  }

  get status(): UpstreamStatus {
    const { name } = this;
    const { state } = this.#connection;
    const tools = this.#tools.length;
    if (this.#session.use !== undefined && state.kind === 'ready') return { name, state: 'ready', tools };
    const reason = state.kind === 'ready' ? this.#problem : state.reason;
    const isTrying = this.#opening !== undefined || state.kind === 'connecting';
    return { name, state: isTrying ? 'connecting' : 'away', ...(reason === undefined ? {} : { reason }), tools };
  }

  /**
   * Calls one of its tools; resolves with the result.
   *
   * @throws RpcError with what the server said
   * @throws HoldfastError when it did not answer
   */
  async call({ tool, arguments: given, signal, progress }: UpstreamCall): Promise<Readonly<Record<string, unknown>>> {
    if (this.#pending >= limits.upstreamPendingMax) {
      const message = `${this.#pending} calls wait for the MCP server "${this.name}" already.`;
      throw new HoldfastError('busy', message, { hint: 'Wait for some of them to finish, then repeat the call.' });
    }
    this.#pending += 1;
    const startedMs = this.#deps.clock.now();
    try {
      if (this.#session.use === undefined) await this.#opened(signal);
      const budgetMs = startedMs + limits.callMaxMs - this.#deps.clock.now();
      const progressToken = this.#deps.newId();
      return await this.#request(
        'tools/call',
        { name: tool, arguments: given, ...(progress === undefined ? {} : { _meta: { progressToken } }) },
        {
          budgetMs,
          cancelled: signal,
          harmless: this.#isHarmless(tool),
          onMessage: (message) => {
            const update = progress === undefined ? undefined : progressIn(message, progressToken);
            if (update === undefined) this.#fromServer(message);
            else progress?.(update);
          },
        },
      );
    } finally {
      this.#pending -= 1;
    }
  }

  /** Tells the server that its session is over; nothing waits for that. */
  dispose(): void {
    this.#store.dispose();
    const { state } = this.#connection;
    if (state.kind !== 'ready') return;
    const { endpoint } = state;
    const timer = this.#deps.clock.after(limits.endSessionMs, () => endpoint.close());
    void this.#session.end(endpoint).finally(() => {
      timer.dispose();
      endpoint.close();
    });
  }

  /** Whether the user lets the server's own word count, and it has given it. */
  #isHarmless(name: string): boolean {
    if (!this.#deps.config.trustHints) return false;
    const hints = this.#tools.find((tool) => tool.name === name)?.['annotations'];
    return isRecord(hints) && (hints['readOnlyHint'] === true || hints['idempotentHint'] === true);
  }

  /** Opens the session now and, until it is open, again and again. */
  async #keepTrying(): Promise<void> {
    const { clock, random, log } = this.#deps;
    try {
      await this.#open();
      this.#failures = 0;
      this.#problem = undefined;
      this.#stream.start();
    } catch (error) {
      if (this.#store.disposed) return;
      this.#failures += 1;
      this.#problem = messageOf(error);
      if (this.#failures === 1) log.warn(this.#problem);
      const again = this.#store.add(
        clock.after(reconnectDelayMs(this.#failures, random()), () => {
          this.#store.delete(again);
          void this.#keepTrying();
        }),
      );
    }
  }

  /** Waits for the session within one call's time. */
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
    if (this.#session.use !== undefined) return Promise.resolve();
    this.#opening ??= this.#begin().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #begin(): Promise<void> {
    const { version, log } = this.#deps;
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'holdfast', version },
    };
    const reply = await this.#ask('initialize', params, { budgetMs: limits.recoveryConnectMs });
    const result = resultOf({ server: this.name, what: 'initialize' }, reply);
    this.#session.opened(params, reply.kind === 'response' ? reply.sessionId : undefined, result);
    this.#session.confirm();
    await this.#client.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}', 'legacy');
    const capabilities = result['capabilities'];
    if (isRecord(capabilities) && !('tools' in capabilities)) return;
    await this.#list().catch((error: unknown) => log.warn(`its tools cannot be listed: ${messageOf(error)}`));
  }

  #refresh(): void {
    this.#list().catch((error: unknown) => this.#deps.log.debug(`its tools cannot be listed: ${messageOf(error)}`));
  }

  /** Asks for the tools; of several listings at once the one that was asked for last counts. */
  async #list(): Promise<void> {
    this.#listing += 1;
    const listing = this.#listing;
    const tools: Tool[] = [];
    let cursor: unknown;
    for (let page = 0; page < limits.upstreamListPagesMax && tools.length < limits.upstreamToolsMax; page += 1) {
      const result = await this.#request('tools/list', cursor === undefined ? {} : { cursor });
      if (Array.isArray(result['tools'])) tools.push(...result['tools'].filter(isTool));
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string') break;
    }
    if (listing !== this.#listing || this.#store.disposed) return;
    const listed = JSON.stringify(tools);
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.#tools = tools.slice(0, limits.upstreamToolsMax);
    this.#deps.log.info(`"${this.name}" has ${this.#tools.length} tools`);
    this.#changed.fire();
  }

  async #request(
    method: string,
    params: object,
    more: Partial<ClientRequest> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    return resultOf({ server: this.name, what: method }, await this.#ask(method, params, more));
  }

  #ask(method: string, params: object, more: Partial<ClientRequest>) {
    const id = this.#deps.newId();
    return this.#client.request({
      id,
      method,
      params,
      era: 'legacy',
      json: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      headers: {},
      budgetMs: limits.callMaxMs,
      cancelled: new Cancellation(),
      onMessage: (message) => this.#fromServer(message),
      ...more,
    });
  }

  #fromServer({ id, method }: Readonly<Record<string, unknown>>): void {
    if (method === 'notifications/tools/list_changed') return this.#refresh();
    if (typeof method !== 'string' || !isRpcId(id)) return;
    // It was told that nothing else can be asked of us.
    const unknown = `Method not found: ${method}`;
    const answer = method === 'ping' ? resultAnswer(id, '{}') : errorAnswer(id, rpcCodes.methodNotFound, unknown);
    void this.#client.notify(answer, 'legacy');
  }
}

function isTool(value: unknown): value is Tool {
  return isRecord(value) && typeof value['name'] === 'string';
}

function progressIn(
  { method, params }: Readonly<Record<string, unknown>>,
  token: string,
): Parameters<NonNullable<MethodContext['progress']>>[0] | undefined {
  if (method !== 'notifications/progress' || !isRecord(params) || params['progressToken'] !== token) return undefined;
  const { progress, total, message } = params;
  if (typeof progress !== 'number') return undefined;
  return {
    progress,
    ...(typeof total === 'number' ? { total } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}
