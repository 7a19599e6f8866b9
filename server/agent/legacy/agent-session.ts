import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';
import type { Log } from '../../../shared/log.ts';
import type { AgentContext } from '../../calls/dispatcher.ts';
import {
  errorAnswer,
  isRecord,
  isRpcId,
  RpcError,
  type RpcId,
  type RpcRequest,
  resultAnswer,
  rpcCodes,
} from '../json-rpc.ts';
import type { MethodTable } from '../methods.ts';
import { SseStream } from '../sse-stream.ts';
import { AgentRoots } from './agent-roots.ts';
import { SdkChannel } from './sdk-channel.ts';
import type { ConnectSdkServer, SdkServer } from './sdk-server.ts';
import type { SessionClaims } from './session-id.ts';

export interface AgentSessionDeps {
  readonly methods: MethodTable;
  readonly connectSdk: ConnectSdkServer;
  readonly clock: Clock;
  readonly log: Log;
}

/** What one HTTP request adds to its session. */
export interface RequestContext {
  readonly window: string | undefined;
  readonly folder: string | undefined;
  /** Sends a notification ahead of the answer; undefined when the client takes no event stream. */
  readonly notify: ((json: string) => void) | undefined;
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
  /** Each ends its request without a response. */
  readonly #inFlight = new Map<RpcId, () => void>();
  #sdk: Promise<Sdk> | undefined;
  #stream: SseStream | undefined;

  constructor(id: string, claims: SessionClaims, deps: AgentSessionDeps) {
    this.id = id;
    this.claims = claims;
    this.#deps = deps;
    this.#roots = new AgentRoots(async () => (await this.#connected()).server);
  }

  /** Whether something depends on this session's memory right now. */
  get busy(): boolean {
    return this.#inFlight.size > 0 || this.#stream !== undefined;
  }

  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  /**
   * Answers one request; undefined when the client cancelled it, because a cancelled request gets no response.
   *
   * @param body the whole message, for what the SDK answers
   */
  request(request: RpcRequest, body: unknown, context: RequestContext): Promise<string | undefined> {
    const { id } = request;
    if (this.#inFlight.has(id)) {
      const problem = 'Invalid Request: a request with this id is still running';
      return Promise.reject(new RpcError(rpcCodes.invalidRequest, problem));
    }
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const leave = (): void => {
        // A cancelled request has left already, and its id may be in use again.
        if (this.#inFlight.get(id) === cancel) this.#inFlight.delete(id);
      };
      const cancel = (): void => {
        leave();
        controller.abort();
        resolve(undefined);
      };
      this.#inFlight.set(id, cancel);
      this.#answer(request, body, context, controller.signal).then(
        (answer) => {
          leave();
          resolve(answer);
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }

  /** Takes a notification from the client, or its response to something that we asked. */
  async notify(method: string | undefined, body: unknown): Promise<void> {
    if (method === 'notifications/cancelled') {
      const params = isRecord(body) ? body['params'] : undefined;
      const id = isRecord(params) ? params['requestId'] : undefined;
      if (isRpcId(id)) this.#inFlight.get(id)?.();
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
    // A client whose stream is new may be able to answer what it could not before.
    this.#roots.forget();
    return true;
  }

  /** Ends the session: running calls are cancelled and the event stream closes, which tells the client. */
  dispose(): void {
    for (const cancel of [...this.#inFlight.values()]) cancel();
    this.#stream?.dispose();
    this.#stream = undefined;
    this.#sdk
      ?.then(({ server }) => server.close())
      .catch((error: unknown) => this.#deps.log.warn(`closing a session: ${String(error)}`));
    this.#sdk = undefined;
  }

  async #answer(request: RpcRequest, body: unknown, context: RequestContext, signal: AbortSignal): Promise<string> {
    const { id, method, params } = request;
    const own = this.#deps.methods.get(method);
    if (own === undefined) return (await this.#connected()).channel.request(id, body);
    try {
      const progress = this.#progress(request, context, signal);
      const result = await own(params, {
        agent: this.#agent(context),
        signal,
        ...(progress === undefined ? {} : { progress }),
      });
      return resultAnswer(id, result);
    } catch (error) {
      if (error instanceof RpcError) return errorAnswer(id, error.code, error.message);
      this.#deps.log.error(`${method} failed unexpectedly: ${String(error)}`);
      return errorAnswer(id, rpcCodes.internalError, 'Internal error; the details are in the Holdfast log');
    }
  }

  #agent({ window, folder }: RequestContext): AgentContext {
    return {
      ...this.claims.client,
      ...(window === undefined ? {} : { window }),
      folders: async () => {
        const roots = this.claims.roots && this.#stream !== undefined ? await this.#roots.folders() : [];
        return roots.length > 0 || folder === undefined ? roots : [folder];
      },
    };
  }

  /** Progress goes out only if it was asked for, grows as the spec demands, and belongs to a request still running. */
  #progress({ id, params }: RpcRequest, { notify }: RequestContext, signal: AbortSignal) {
    const meta = isRecord(params) ? params['_meta'] : undefined;
    const progressToken = isRecord(meta) ? meta['progressToken'] : undefined;
    if (notify === undefined || !isRpcId(progressToken)) return undefined;
    let last = Number.NEGATIVE_INFINITY;
    return (update: { readonly progress: number; readonly total?: number; readonly message?: string }): void => {
      if (update.progress <= last || signal.aborted || !this.#inFlight.has(id)) return;
      last = update.progress;
      const { progress, total, message } = update;
      notify(
        JSON.stringify({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken, progress, total, message },
        }),
      );
    };
  }

  #connected(): Promise<Sdk> {
    this.#sdk ??= this.#connect();
    return this.#sdk;
  }

  async #connect(): Promise<Sdk> {
    const channel = new SdkChannel((json) => this.#stream?.send(json));
    const server = await this.#deps.connectSdk(channel);
    // Its message may quote what the client sent, which does not belong in a log.
    server.onerror = () => this.#deps.log.debug('the MCP SDK could not use a message of a client');
    return { server, channel };
  }
}
