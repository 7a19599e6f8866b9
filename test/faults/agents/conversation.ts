import type { Agent as HttpAgent } from 'node:http';
import { modernBody, modernHeaders } from '../../support/modern-http.ts';
import { initializeRequest, mcpHeaders } from '../../support/raw-http.ts';
import type { BridgeHost } from '../scene/bridge-host.ts';
import { type Exchanged, exchange, keepAliveAgent } from './exchange.ts';

export interface ToolRequest {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly leave?: AbortSignal;
  readonly slowly?: boolean;
}

/** The session in which a request went out; undefined where there are none. */
export type SessionId = string | undefined;

/** How an agent of one era talks to its bridge. */
export interface Conversation {
  /** Sends a tools/call. `session`: under which it went. */
  call(request: ToolRequest): Promise<{ readonly exchanged: Exchanged; readonly session: SessionId }>;
  /** The bearer that it uses now. */
  readonly token: string;
  /** The one in the state directory. */
  readonly rightToken: string | undefined;
  /** Says that nobody wants an answer any more, in the way of the era. */
  readonly cancelsByLeaving: boolean;
  /** What was answered as stale is not used again. */
  renew(session: SessionId): void;
  /** Ends the session, and tells which one; the next call opens another. */
  end(ending: (session: SessionId) => void): Promise<void>;
  /** Reads address and token again, as a person does for an agent. */
  configure(): void;
  dispose(): void;
}

interface Endpoint {
  readonly port: number;
  readonly token: string;
}

abstract class HttpConversation {
  readonly http: HttpAgent = keepAliveAgent();
  readonly bridge: BridgeHost;
  endpoint: Endpoint = { port: 1, token: 'none' };

  constructor(bridge: BridgeHost) {
    this.bridge = bridge;
    this.configure();
  }

  get token(): string {
    return this.endpoint.token;
  }

  get rightToken(): string | undefined {
    return this.bridge.token;
  }

  configure(): void {
    const { port, token } = this.bridge;
    if (port !== undefined && token !== undefined) this.endpoint = { port, token };
  }

  dispose(): void {
    this.http.destroy();
  }
}

export class ModernConversation extends HttpConversation implements Conversation {
  readonly cancelsByLeaving = true;

  async call({ name, arguments: input, headers, ...how }: ToolRequest) {
    const message = { method: 'tools/call', params: { name, arguments: input } };
    const { port, token } = this.endpoint;
    const exchanged = await exchange({
      ...how,
      port,
      agent: this.http,
      headers: mcpHeaders(token, { ...modernHeaders(message), ...headers }),
      body: JSON.stringify(modernBody(message)),
    });
    return { exchanged, session: undefined };
  }

  renew(): void {}

  async end(): Promise<void> {}
}

export class LegacyConversation extends HttpConversation implements Conversation {
  readonly cancelsByLeaving = false;
  readonly #isStubborn: boolean;
  #session: SessionId;
  #opening: Promise<Exchanged | undefined> | undefined;
  #requests = 0;

  /** @param isStubborn keeps a dead session id for ever, as some clients do */
  constructor(bridge: BridgeHost, isStubborn = false) {
    super(bridge);
    this.#isStubborn = isStubborn;
  }

  async call({ name, arguments: input, headers, ...how }: ToolRequest) {
    if (this.#session === undefined) {
      this.#opening ??= this.#open(how.timeoutMs).finally(() => {
        this.#opening = undefined;
      });
      const failed = await this.#opening;
      if (failed !== undefined) return { exchanged: failed, session: undefined };
    }
    const session = this.#session;
    this.#requests += 1;
    const exchanged = await this.#post(
      { jsonrpc: '2.0', id: this.#requests, method: 'tools/call', params: { name, arguments: input } },
      { ...headers, ...sessionHeader(session) },
      how,
    );
    const healed = exchanged.kind === 'answer' ? exchanged.headers['mcp-session-id'] : undefined;
    if (typeof healed === 'string' && !this.#isStubborn && this.#session === session) this.#session = healed;
    return { exchanged, session };
  }

  renew(session: SessionId): void {
    if (!this.#isStubborn && this.#session === session) this.#session = undefined;
  }

  async end(ending: (session: SessionId) => void): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#isStubborn) return;
    this.#session = undefined;
    ending(session);
    const { port, token } = this.endpoint;
    await exchange({
      method: 'DELETE',
      port,
      agent: this.http,
      headers: mcpHeaders(token, sessionHeader(session)),
      timeoutMs: 5_000,
    });
  }

  /** Undefined when a session is open. */
  async #open(timeoutMs: number): Promise<Exchanged | undefined> {
    const answer = await this.#post(initializeRequest(), {}, { timeoutMs });
    const id = answer.kind === 'answer' ? answer.headers['mcp-session-id'] : undefined;
    if (typeof id !== 'string') return answer;
    this.#session = id;
    await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' }, sessionHeader(id), { timeoutMs });
    return undefined;
  }

  #post(
    message: object,
    headers: Readonly<Record<string, string>>,
    how: Pick<ToolRequest, 'timeoutMs' | 'leave' | 'slowly'>,
  ): Promise<Exchanged> {
    const { port, token } = this.endpoint;
    return exchange({
      ...how,
      port,
      agent: this.http,
      headers: mcpHeaders(token, headers),
      body: JSON.stringify(message),
    });
  }
}

function sessionHeader(session: SessionId): Readonly<Record<string, string>> {
  return session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
}
