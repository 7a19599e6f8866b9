import assert from 'node:assert/strict';
import { Cancellation } from '../../server/editors/cancellation.ts';
import { Breaker } from '../../server/recovery/breaker.ts';
import { Connection, type Connector, type Endpoint, UnreachableError } from '../../server/recovery/connection.ts';
import type { Exchange, ExchangeEnd, ExchangeRequest } from '../../server/recovery/http-exchange.ts';
import { LegacySession } from '../../server/recovery/legacy-session.ts';
import { type ClientRequest, RecoveringClient } from '../../server/recovery/recovering-client.ts';
import type { Reply } from '../../server/recovery/reply.ts';
import { createLog } from '../../shared/log.ts';
import { FakeClock } from './fake-clock.ts';

export interface SeenRequest {
  readonly http: string;
  readonly method: string;
  readonly id: unknown;
  readonly params: unknown;
  readonly session: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

type Answer = ExchangeEnd | Promise<ExchangeEnd> | undefined;

export const answered = (
  status: number,
  text: string,
  contentType = 'application/json',
  sessionId?: string,
): Extract<ExchangeEnd, { kind: 'answered' }> => ({
  kind: 'answered',
  status,
  contentType,
  sessionId,
  retryAfterMs: undefined,
  text,
});
export const cut: ExchangeEnd = { kind: 'failed', written: true, reason: 'socket hang up' };
export const refused: ExchangeEnd = { kind: 'failed', written: false, reason: 'connect ECONNREFUSED' };
export const never = new Promise<ExchangeEnd>(() => {});

/** The result in a reply that must be a response. */
export function resultOf(reply: Reply): unknown {
  assert.equal(reply.kind, 'response', JSON.stringify(reply));
  return JSON.parse(reply.json).result;
}

/** An MCP server of the legacy era in memory, with the client that recovers from whatever a test makes it do. */
export class FakeUpstream implements Connector {
  readonly clock = new FakeClock();
  readonly seen: SeenRequest[] = [];
  readonly logged: string[] = [];
  readonly sessions = new Set<string>();
  readonly connects: string[] = [];
  readonly session: LegacySession;
  readonly client: RecoveringClient;
  readonly connection: Connection;
  /** Answers instead of the server where it returns something. */
  script: (request: SeenRequest, stream: ExchangeRequest['onMessage']) => Answer = () => undefined;
  reach: () => Promise<void> = () => Promise.resolve();
  /** Undefined for a server that is not ours. */
  instance: string | undefined = 'bridge-1';
  keyKeeper: string | undefined = 'directory-1';
  #ids = 0;
  #opened = 0;

  constructor() {
    const { clock } = this;
    const log = createLog((_level, message) => this.logged.push(message));
    const newId = () => `own-${++this.#ids}`;
    this.connection = new Connection({ connector: this, breaker: new Breaker({ clock }), clock });
    this.session = new LegacySession({ connection: this.connection, clock, log, newId });
    this.client = new RecoveringClient({ connection: this.connection, session: this.session, clock, log, newId });
  }

  async connect(how: 'start' | 'join'): Promise<Endpoint> {
    this.connects.push(how);
    await this.reach();
    const { instance, keyKeeper } = this;
    return {
      url: 'http://fake/mcp',
      instance,
      keyKeeper,
      renewable: true,
      close: () => {},
      exchange: (request) => this.#exchange(request),
    };
  }

  /** The client leaves; nothing of it may still be waiting then. */
  close(): void {
    this.connection.dispose();
    assert.equal(this.clock.pending, 0, 'timers are left');
  }

  /** As an agent opens it. */
  async open(): Promise<void> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
    const reply = await this.request('initialize', params);
    if (reply.kind !== 'response') throw new Error(`initialize ended as ${reply.kind}`);
    this.session.opened(params, reply.sessionId, JSON.parse(reply.json).result);
    this.session.confirm();
    this.seen.length = 0;
  }

  request(method: string, params?: unknown, more: Partial<ClientRequest> = {}): Promise<Reply> {
    const id = more.id ?? `a${++this.#ids}`;
    return this.client.request({
      id,
      method,
      params,
      era: 'legacy',
      json: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      headers: {},
      budgetMs: 55_000,
      cancelled: new Cancellation(),
      onMessage: () => {},
      ...more,
    });
  }

  /** A tools/call as the shim sends it. */
  call(more: Partial<ClientRequest> = {}): Promise<Reply> {
    const keyHeaders = (repeat: boolean): Readonly<Record<string, string>> =>
      repeat ? { 'idempotency-key': 'k', 'holdfast-repeat': '1' } : { 'idempotency-key': 'k' };
    return this.request('tools/call', { name: 'edit' }, { keyHeaders, ...more });
  }

  methods(): readonly string[] {
    return this.seen.map(({ method, session }) => `${method} ${session ?? '-'}`);
  }

  #exchange({ method: http, headers, body, onMessage }: ExchangeRequest): Exchange {
    const { method = http, id, params } = body === undefined ? {} : JSON.parse(body);
    const request = { http, method, id, params, session: headers['mcp-session-id'], headers };
    this.seen.push(request);
    let abort = (_reason: string): void => {};
    const left = new Promise<ExchangeEnd>((resolve) => {
      abort = (reason) => resolve({ kind: 'failed', written: true, reason });
    });
    return { ended: Promise.race([left, this.#answer(request, onMessage)]), abort: (reason) => abort(reason) };
  }

  async #answer(request: SeenRequest, onMessage: ExchangeRequest['onMessage']): Promise<ExchangeEnd> {
    const scripted = this.script(request, onMessage);
    if (scripted !== undefined) return scripted;
    const { method, id, session } = request;
    if (method === 'initialize') {
      const name = `s${++this.#opened}`;
      this.sessions.add(name);
      return answered(200, result(id, { protocolVersion: '2025-11-25' }), 'application/json', name);
    }
    if (session === undefined || !this.sessions.has(session)) return this.stale();
    return id === undefined ? answered(202, '', '') : answered(200, result(id, { served: method }));
  }

  /** As our bridge says it. */
  stale(bridge: string | undefined = this.instance): ExchangeEnd {
    const data = { executed: false, bridge };
    return answered(
      404,
      JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Session not found', data } }),
    );
  }
}

function result(id: unknown, value: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: value });
}

export function away(reason = 'no bridge runs'): () => Promise<void> {
  return () => Promise.reject(new UnreachableError(reason, 'Open VS Code.'));
}
