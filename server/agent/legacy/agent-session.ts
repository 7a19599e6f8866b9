import type { ServerResponse } from 'node:http';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { WindowChoice } from '../../../shared/agent-headers.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import type { AgentContext } from '../../calls/dispatcher.ts';
import type { Cancellation } from '../../editors/cancellation.ts';
import type { CallKey } from '../agent-hints.ts';
import { type AgentContent, type ContentChange, logNotification } from '../content.ts';
import {
  errorAnswer,
  isRecord,
  isRpcId,
  ResourceNotFoundError,
  RpcError,
  type RpcId,
  type RpcRequest,
  resultAnswer,
  rpcCodes,
} from '../json-rpc.ts';
import type { LoggingLevel } from '../logging-level.ts';
import { progressSender } from '../progress.ts';
import { SseStream } from '../sse-stream.ts';
import { AgentRoots } from './agent-roots.ts';
import { type Notify, RunningRequests } from './running-requests.ts';
import { SdkChannel } from './sdk-channel.ts';
import type { ConnectSdkServer, SdkServer } from './sdk-server.ts';
import type { SessionClaims } from './session-id.ts';
import type { SessionNotice } from './session-notice.ts';
import { recordKey } from './session-record.ts';
import { SessionWatch, type WatchState } from './session-watch.ts';

export interface AgentSessionDeps {
  readonly content: AgentContent;
  readonly connectSdk: ConnectSdkServer;
  readonly clock: Clock;
  readonly log: Log;
  /** Remembers, beyond this process, what a session's client asked to be told of; resolves when it has. */
  readonly keepWatch: (session: AgentSession, state: WatchState) => Promise<void>;
}

/** Of a session that its client did not open in this process by `initialize`. */
interface Restored {
  readonly watch: WatchState | undefined;
  /** What the client must be told of it, once. */
  readonly notice: SessionNotice | undefined;
}

/** What one HTTP request adds to its session. */
export interface RequestContext {
  readonly window: WindowChoice | undefined;
  readonly folder: string | undefined;
  readonly key: CallKey | undefined;
  readonly notify: Notify;
}

interface Sdk {
  readonly server: SdkServer;
  readonly channel: SdkChannel;
}

/** One MCP client's session. Its HTTP connections come and go; only DELETE, age and the session table end it. */
export class AgentSession implements Disposable {
  readonly id: string;
  readonly claims: SessionClaims;
  readonly #deps: AgentSessionDeps;
  readonly #roots: AgentRoots;
  readonly #running = new RunningRequests();
  readonly #watch: SessionWatch;
  readonly #restored: boolean;
  #notice: SessionNotice | undefined;
  #sdk: Promise<Sdk> | undefined;
  #stream: SseStream | undefined;
  #key: string | undefined;
  /** Monotonic time at which a request last came, in steps; kept by the session table. */
  usedMs = 0;

  constructor(id: string, claims: SessionClaims, deps: AgentSessionDeps, restored?: Restored) {
    this.id = id;
    this.claims = claims;
    this.#deps = deps;
    this.#restored = restored !== undefined;
    this.#notice = restored?.notice;
    this.#watch = new SessionWatch(deps.content, restored?.watch);
    this.#roots = new AgentRoots((relatedRequestId) =>
      this.#ask('roots/list', {}, { relatedRequestId, timeout: limits.rootsMs }),
    );
  }

  /** Whether something depends on this session's memory right now. */
  get busy(): boolean {
    return this.#running.size > 0 || this.#stream !== undefined;
  }

  /** Under which it is recorded, and named to windows: its id is for its client alone. */
  get key(): string {
    this.#key ??= recordKey(this.id);
    return this.#key;
  }

  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  /** What the next answer has to say about the session. */
  get notice(): SessionNotice | undefined {
    return this.#notice;
  }

  noticeTold(): void {
    this.#notice = undefined;
  }

  /** Answers one request; undefined when the client cancelled it, because a cancelled request gets no response. */
  request(request: RpcRequest, context: RequestContext): Promise<string | undefined> {
    return this.#running.run(request.id, context.notify, (cancellation) =>
      this.#answer(request, context, cancellation),
    );
  }

  /** Takes a notification from the client, or its response to something that we asked. */
  async notify(method: string | undefined, body: unknown): Promise<void> {
    if (method === 'notifications/cancelled') {
      const params = isRecord(body) ? body['params'] : undefined;
      const id = isRecord(params) ? params['requestId'] : undefined;
      if (isRpcId(id)) this.#running.cancel(id);
      return;
    }
    if (method === 'notifications/roots/list_changed') this.#roots.forget();
    const sdk = await this.#sdk;
    sdk?.channel.notify(body);
  }

  /** Makes `res` the stream for what the bridge has to say unasked; false when there is one already. */
  openStream(res: ServerResponse): boolean {
    if (this.#stream !== undefined) return false;
    const stream = new SseStream(res, {
      clock: this.#deps.clock,
      onClose: () => {
        if (this.#stream === stream) this.#stream = undefined;
      },
    });
    this.#stream = stream;
    for (const json of this.#watch.takeMissed()) stream.send(json);
    // A client whose stream is new may be able to answer what it could not before.
    this.#roots.retry();
    return true;
  }

  /** The session goes on without its stream. */
  endStream(): void {
    this.#stream?.dispose();
    this.#stream = undefined;
  }

  /** Passes a change on to the client if it wants to hear of it. */
  tell(change: ContentChange): void {
    const json = this.#watch.notificationOf(change, this.#stream !== undefined);
    if (json !== undefined) this.#stream?.send(json);
  }

  /** Ends the session: running calls are cancelled and the event stream closes, which tells the client. */
  dispose(): void {
    this.#running.cancelAll();
    this.#close();
  }

  /** The bridge leaves, and the session does not end by that: what runs is stopped, and its client told so. */
  leave(): void {
    this.#running.stopAll();
    this.#close();
  }

  #close(): void {
    this.#watch.dispose();
    this.endStream();
    this.#sdk
      ?.then(({ server }) => server.close())
      .catch((error: unknown) => this.#deps.log.warn(`closing a session: ${String(error)}`));
    this.#sdk = undefined;
  }

  async #answer(request: RpcRequest, context: RequestContext, cancellation: Cancellation): Promise<string> {
    const { id, method, params } = request;
    try {
      const result = await this.#result(request, context, cancellation);
      if (result !== undefined) return resultAnswer(id, result);
      const { channel } = await this.#connected();
      // Without whatever else stood in the message: the SDK refuses what JSON-RPC does not know, and we do not.
      return channel.request(id, { jsonrpc: '2.0', id, method, params });
    } catch (error) {
      if (error instanceof RpcError) return errorAnswer(id, legacyCode(error), error.message, error.data);
      this.#deps.log.error(`${method} failed unexpectedly: ${String(error)}`);
      return errorAnswer(id, rpcCodes.internalError, 'Internal error; the details are in the Holdfast log');
    }
  }

  /** Our own result, serialised; undefined for what the SDK's server answers. */
  #result(
    { id, method, params }: RpcRequest,
    context: RequestContext,
    cancellation: Cancellation,
  ): Promise<string> | string | undefined {
    const own = this.#deps.content.methods.get(method);
    if (own === undefined) return this.#watchAnswer(method, params);
    const { notify } = context;
    const running = () => !cancellation.aborted && this.#running.has(id);
    const progress = notify === undefined ? undefined : progressSender(params, notify, running);
    return own(params, {
      agent: this.#agent(id, context),
      signal: cancellation,
      log: (level, data) => {
        if (this.#watch.wantsLevel(level) && running()) this.#log(notify, level, data);
      },
      ...(context.key === undefined ? {} : { key: context.key }),
      ...(progress === undefined ? {} : { progress }),
      ...(this.#canAsk(context)
        ? { ask: (asked, about) => this.#ask(asked, about, { relatedRequestId: id, signal: cancellation.abortSignal }) }
        : {}),
    });
  }

  /** Answered only when it is remembered: what the client knows to be done holds after a crash too. */
  #watchAnswer(method: string, params: unknown): Promise<string> | undefined {
    const answer = this.#watch.answer(method, params);
    return answer === undefined ? undefined : this.#deps.keepWatch(this, this.#watch.state).then(() => answer);
  }

  /** Beside the answer where the client takes a stream there, else on the session's own stream. */
  #log(notify: Notify, level: LoggingLevel, data: unknown): void {
    const json = logNotification(level, data);
    if (notify === undefined) this.#stream?.send(json);
    else notify(json);
  }

  #agent(id: RpcId, context: RequestContext): AgentContext {
    const { window, folder } = context;
    // Not spread: the session's own copy of its client has a slow shape, and this runs for every call.
    const { name, version } = this.claims.client;
    return {
      name,
      version,
      session: this.key,
      ...(window === undefined ? {} : { window }),
      folders: async () => {
        const roots = this.claims.roots && this.#canAsk(context) ? await this.#roots.folders(id) : [];
        return roots.length > 0 || folder === undefined ? roots : [folder];
      },
    };
  }

  /** A request to the client needs a stream to go out on: the one of its own request, or the session's. */
  #canAsk({ notify }: RequestContext): boolean {
    return notify !== undefined || this.#stream !== undefined;
  }

  async #ask(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: RequestOptions,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { server } = await this.#connected();
    return server.request({ method, params }, ResultSchema, options);
  }

  #connected(): Promise<Sdk> {
    this.#sdk ??= this.#connect();
    return this.#sdk;
  }

  async #connect(): Promise<Sdk> {
    const channel = new SdkChannel((json, requestId) => {
      const notify = requestId === undefined ? undefined : this.#running.notifyOf(requestId);
      if (notify === undefined) this.#stream?.send(json);
      else notify(json);
    });
    const server = await this.#deps.connectSdk(channel);
    // Its message may quote what the client sent, which does not belong in a log.
    server.onerror = () => this.#deps.log.debug('the MCP SDK could not use a message of a client');
    if (this.#restored) await initializeAgain(channel, this.claims);
    return { server, channel };
  }
}

/** Tells a new SDK server what its client said in the `initialize` that an earlier one took; nobody hears the answer. */
async function initializeAgain(channel: SdkChannel, { version, client, ...can }: SessionClaims): Promise<void> {
  const capabilities = {
    ...(can.roots ? { roots: {} } : {}),
    ...(can.sampling ? { sampling: {} } : {}),
    ...(can.elicitation ? { elicitation: {} } : {}),
  };
  const params = { protocolVersion: version, capabilities, clientInfo: client };
  const id = 'holdfast-rehydration';
  await channel.request(id, { jsonrpc: '2.0', id, method: 'initialize', params });
  channel.notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
}

const resourceNotFound = -32_002;

function legacyCode(error: RpcError): number {
  return error instanceof ResourceNotFoundError ? resourceNotFound : error.code;
}
