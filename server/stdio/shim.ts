import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { type Era, eraOfPost } from '../agent/era.ts';
import {
  classify,
  errorAnswer,
  isRecord,
  isRpcId,
  type RpcId,
  type RpcRequest,
  resultAnswer,
  rpcCodes,
} from '../agent/json-rpc.ts';
import { claimedVersion } from '../agent/modern/envelope.ts';
import { mirrorHeaders } from '../agent/modern/header-checks.ts';
import { Cancellation } from '../editors/cancellation.ts';
import type { Connection } from '../recovery/connection.ts';
import type { LegacySession } from '../recovery/legacy-session.ts';
import { parseRecord } from '../recovery/post-request.ts';
import type { RecoveringClient } from '../recovery/recovering-client.ts';
import type { Reply } from '../recovery/reply.ts';
import { ServerStream } from '../recovery/server-stream.ts';
import { answerLine, leftLine, noSession } from './answers.ts';
import type { CallKeys } from './call-keys.ts';
import { KnownLists } from './known-lists.ts';
import { type LineEnds, requestIdOf } from './long-line.ts';
import { Opening } from './opening.ts';
import { ServerRequests } from './server-requests.ts';

export interface ShimDeps {
  readonly client: RecoveringClient;
  readonly session: LegacySession;
  readonly connection: Connection;
  readonly keys: CallKeys;
  /** Writes one message to the agent; `delivered` runs once the agent's pipe has it. */
  readonly write: (json: string, delivered?: () => void) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly newId: () => string;
}

/** A request of the agent that has no answer yet. */
interface Running {
  readonly cancellation: Cancellation;
  /** By the clock: its budget counts from then on. */
  readonly arrivedMs: number;
  /** How far its progress was told: a repeat begins at the start, and progress may not go back. */
  progress: number;
  /** A stream that began again acknowledges its subscriptions again. */
  acknowledged: boolean;
}

/** How a request goes out. */
interface Sending {
  /** The whole message as it came. */
  readonly json: string;
  readonly era: Era;
  /** Of a tools/call. */
  readonly key: string | undefined;
  readonly running: Running;
}

type Message = Readonly<Record<string, unknown>>;

/** Passes an agent's messages to the bridge and back. Whatever happens to the bridge, each request gets one answer. */
export class Shim {
  readonly #deps: ShimDeps;
  readonly #running = new Map<RpcId, Running>();
  readonly #asked = new ServerRequests();
  readonly #lists = new KnownLists();
  readonly #opening = new Opening();
  readonly #stream: ServerStream;
  #instance: string | undefined;
  /** Lines whose answers are not written yet. */
  #handling = 0;
  #idle: (() => void) | undefined;
  /** The agent has gone, and what it asked for is not waited for any longer. */
  #leaving = false;

  constructor(deps: ShimDeps) {
    this.#deps = deps;
    this.#stream = new ServerStream({
      ...deps,
      onMessage: (message, json, generation) => this.#fromServer(message, json, generation),
      onUnknownSession: () => void this.#own('ping', undefined),
    });
    deps.connection.onDidConnect(({ instance }) => {
      const changed = this.#instance !== undefined && this.#instance !== instance;
      this.#instance = instance;
      if (changed) for (const method of this.#lists.methods) void this.#refresh(method);
    });
  }

  /** Takes one line of the agent. */
  line(text: string): void {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return this.#write(errorAnswer(null, rpcCodes.parseError, 'Parse error: a line on stdin is not valid JSON'));
    }
    void this.#handle(body, text);
  }

  /** Takes what is known of a line that was too long to be read. */
  tooLong(ends: LineEnds): void {
    this.#write(
      errorAnswer(requestIdOf(ends), rpcCodes.server, `Payload too large: at most ${limits.bodyMaxBytes} bytes`),
    );
  }

  /** Waits until every request is answered. What still runs after `ms` is told to stop, and its agent that it was. */
  settle(ms: number): Promise<void> {
    if (this.#handling === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#deps.clock.after(ms, () => {
        this.#leaving = true;
        for (const { cancellation } of this.#running.values()) cancellation.abort();
      });
      this.#idle = () => {
        timer.dispose();
        resolve();
      };
    });
  }

  dispose(): void {
    this.#stream.dispose();
  }

  async #handle(body: unknown, text: string): Promise<void> {
    this.#handling += 1;
    if (Array.isArray(body)) await this.#batch(body);
    else (await this.#message(body, () => text))?.();
    this.#handling -= 1;
    if (this.#handling === 0) this.#idle?.();
  }

  /** Several messages in one line (MCP 2025-03-26): their answers go out in one line as well. */
  async #batch(bodies: readonly unknown[]): Promise<void> {
    const lines: string[] = [];
    const collect = (json: string, delivered?: () => void) => {
      lines.push(json);
      delivered?.();
    };
    const answers = await Promise.all(bodies.map((body) => this.#message(body, () => JSON.stringify(body), collect)));
    for (const answer of answers) answer?.();
    if (lines.length > 0) this.#write(`[${lines.join(',')}]`);
    else if (bodies.length === 0)
      this.#write(errorAnswer(null, rpcCodes.invalidRequest, 'Invalid Request: empty batch'));
  }

  /** Handles one message; resolves with what writes its answer, if it has one. Never rejects. */
  async #message(body: unknown, text: () => string, write = this.#deps.write): Promise<(() => void) | undefined> {
    const message = classify(body);
    if (message === undefined || !isRecord(body)) {
      const id = isRecord(body) && isRpcId(body['id']) ? body['id'] : null;
      const problem = 'Invalid Request: not a JSON-RPC 2.0 message';
      return () => write(errorAnswer(id, rpcCodes.invalidRequest, problem));
    }
    try {
      if (message.kind === 'request') return await this.#request(message, text(), write);
      if (message.kind === 'notification') this.#notification(message.method, message.params, text());
      else this.#response(body);
    } catch (error) {
      // JSON can be read that is nested too deeply to be written again.
      const problem = `a ${message.kind} could not be passed on: ${messageOf(error)}`;
      if (message.kind === 'request') {
        const { id } = message;
        return () => write(errorAnswer(id, rpcCodes.internalError, `Internal error: ${problem}`));
      }
      this.#deps.log.warn(problem);
    }
    return undefined;
  }

  async #request(request: RpcRequest, json: string, write: ShimDeps['write']): Promise<(() => void) | undefined> {
    const { id, method, params } = request;
    const era = eraOfPost({ method, params }, {});
    const local = this.#localResult(method, params, era);
    if (local !== undefined) return () => write(resultAnswer(id, local));
    if (this.#running.has(id)) {
      const problem = 'Invalid Request: a request with this id is still running';
      return () => write(errorAnswer(id, rpcCodes.invalidRequest, problem));
    }
    const running: Running = {
      cancellation: new Cancellation(),
      arrivedMs: this.#deps.clock.now(),
      progress: Number.NEGATIVE_INFINITY,
      acknowledged: false,
    };
    this.#running.set(id, running);
    const key = method === 'tools/call' ? this.#deps.keys.mint() : undefined;
    const send = () => this.#send(request, { json, era, key, running });
    const sent =
      era === 'modern' ? send() : method === 'initialize' ? this.#opening.begin(send) : this.#opening.after(send);
    const reply = await sent.finally(() => this.#running.delete(id));
    const asked = { id, method, era };
    const line = this.#leaving && reply.kind === 'cancelled' ? leftLine(asked) : answerLine(asked, reply);
    return line === undefined
      ? undefined
      : () => write(line, key === undefined ? undefined : () => this.#deps.keys.delivered(key));
  }

  /** Sends a request to the bridge; resolves with the reply as the agent is to see it. */
  async #send(request: RpcRequest, { json, era, key, running }: Sending): Promise<Reply> {
    const { client, session, keys, clock } = this.#deps;
    const { id, method, params } = request;
    if (era === 'legacy' && method !== 'initialize' && session.use === undefined) return noSession(id);
    const listing = era === 'legacy' ? this.#lists.begin(method, params) : undefined;
    const reply = await client.request({
      id,
      method,
      params,
      era,
      json,
      headers: era === 'modern' ? mirrorHeaders(request, claimedVersion(params) ?? '') : {},
      ...(key === undefined ? {} : { keyHeaders: (repeat) => keys.headers(key, repeat) }),
      budgetMs:
        method === 'subscriptions/listen' ? undefined : limits.agentRequestMs - (clock.now() - running.arrivedMs),
      cancelled: running.cancellation,
      onMessage: (message, text) => this.#aheadOfAnswer(running, message, text),
    });
    const shown = this.#learn(request, reply);
    if (listing !== undefined && shown.kind === 'response') this.#lists.take(listing, shown.json);
    return shown;
  }

  /** What the shim answers itself: its own state always, and what it knows while there is nobody to ask. */
  #localResult(method: string, params: unknown, era: Era): string | undefined {
    if (method === 'holdfast/status') return JSON.stringify(this.#status());
    if (era === 'modern') return undefined;
    const { connection, session } = this.#deps;
    const isAway = connection.state.kind !== 'ready';
    // An agent may ask for it before it has a session.
    if (method === 'ping') return isAway || session.use === undefined ? '{}' : undefined;
    return isAway ? this.#lists.answer(method, params) : undefined;
  }

  #status(): object {
    const { connection, session } = this.#deps;
    const { state } = connection;
    const bridge =
      state.kind === 'ready'
        ? { state: state.kind, url: state.endpoint.url, instance: state.endpoint.instance }
        : { state: state.kind, reason: state.reason };
    return { bridge, session: session.use?.generation ?? 0, running: this.#running.size };
  }

  /** Remembers what a success means for the session; returns the reply as the agent is to see it. */
  #learn({ method, params }: RpcRequest, reply: Reply): Reply {
    if (reply.kind !== 'response' || reply.error !== undefined) return reply;
    if (method !== 'initialize') {
      this.#deps.session.note(method, params);
      return reply;
    }
    const message = parseRecord(reply.json) ?? {};
    this.#deps.session.opened(params, reply.sessionId, message['result']);
    return { ...reply, json: JSON.stringify({ ...message, result: withListChanges(message['result']) }) };
  }

  #notification(method: string, params: unknown, json: string): void {
    if (method === 'notifications/cancelled') {
      // The client tells the bridge, which knows the request under another id perhaps.
      const id = isRecord(params) ? params['requestId'] : undefined;
      if (isRpcId(id)) this.#running.get(id)?.cancellation.abort();
      return;
    }
    void this.#opening.after(() => this.#notify(method, json));
  }

  async #notify(method: string, json: string): Promise<void> {
    const { client, session } = this.#deps;
    // A modern client has nothing else to notify of, and no session to do it in.
    if (session.use === undefined) return;
    const sent = client.notify(json, 'legacy');
    if (method !== 'notifications/initialized') return;
    session.confirm();
    await sent;
    this.#stream.start();
  }

  #response(body: Message): void {
    const json = this.#asked.inward(body, this.#deps.session.use?.generation);
    if (json !== undefined) void this.#deps.client.notify(json, 'legacy');
  }

  #aheadOfAnswer(running: Running, message: Message, json: string): void {
    const { method, params } = message;
    if (method === 'notifications/progress' && isRecord(params)) {
      const { progress } = params;
      if (typeof progress === 'number' && progress <= running.progress) return;
      if (typeof progress === 'number') running.progress = progress;
    }
    if (method === 'notifications/subscriptions/acknowledged') {
      if (running.acknowledged) return;
      running.acknowledged = true;
    }
    this.#fromServer(message, json, this.#deps.session.use?.generation ?? 0);
  }

  #fromServer(message: Message, json: string, generation: number): void {
    const { method, params, id } = message;
    if (method === 'notifications/cancelled') {
      const requestId = this.#asked.cancelled(params, generation);
      if (requestId !== undefined && isRecord(params)) {
        this.#write(JSON.stringify({ ...message, params: { ...params, requestId } }));
      }
    } else if (typeof method === 'string') {
      this.#write(id === undefined ? json : this.#asked.outward(message, generation));
    }
  }

  /** After another bridge has taken over: the agent hears of a list only if it is really another one. */
  async #refresh(method: string): Promise<void> {
    const listing = this.#lists.begin(method, undefined);
    const json = listing === undefined ? undefined : await this.#own(method, undefined);
    const changed = listing === undefined || json === undefined ? undefined : this.#lists.take(listing, json);
    if (changed !== undefined) this.#write(JSON.stringify({ jsonrpc: '2.0', method: changed }));
  }

  /** A request of our own; resolves with its successful response. */
  async #own(method: string, params: unknown): Promise<string | undefined> {
    const id = this.#deps.newId();
    const reply = await this.#deps.client.request({
      id,
      method,
      params,
      era: 'legacy',
      json: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      headers: {},
      budgetMs: limits.agentRequestMs,
      cancelled: new Cancellation(),
      onMessage: () => {},
    });
    return reply.kind === 'response' && reply.error === undefined ? reply.json : undefined;
  }

  #write(json: string): void {
    this.#deps.write(json);
  }
}

/** The agent's session can outlive the bridge's version: its lists may change even where one bridge's never do. */
function withListChanges(result: unknown): unknown {
  const capabilities = isRecord(result) ? result['capabilities'] : undefined;
  if (!isRecord(result) || !isRecord(capabilities)) return result;
  const listed = ['tools', 'prompts', 'resources'].flatMap((name) => {
    const capability = capabilities[name];
    return isRecord(capability) ? [[name, { ...capability, listChanged: true }] as const] : [];
  });
  return { ...result, capabilities: { ...capabilities, ...Object.fromEntries(listed) } };
}
