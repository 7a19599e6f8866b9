import { randomUUID } from 'node:crypto';
import { Cancellation } from '../../server/editors/cancellation.ts';
import { Breaker } from '../../server/recovery/breaker.ts';
import { Connection, type Connector, type Endpoint } from '../../server/recovery/connection.ts';
import type { ExchangeEnd } from '../../server/recovery/http-exchange.ts';
import { LegacySession, type SessionUse } from '../../server/recovery/legacy-session.ts';
import { RecoveringClient } from '../../server/recovery/recovering-client.ts';
import type { Reply } from '../../server/recovery/reply.ts';
import { createHttpConnector, httpTargetOf } from '../../server/upstream/http-connector.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLog } from '../../shared/log.ts';

interface Recorded {
  readonly method: string;
  readonly session: string | undefined;
}

/** The product's own client of a server on HTTP, as an upstream has it, and what it has sent. */
export class RecordingClient {
  readonly sent: Recorded[] = [];
  readonly logged: string[] = [];
  readonly #connector: Connector;
  readonly #connection: Connection;
  readonly #session: LegacySession;
  readonly #client: RecoveringClient;
  #endpoint: Endpoint | undefined;

  constructor(url: string) {
    const clock = systemClock;
    const log = createLog((_level, message) => this.logged.push(message));
    const newId = () => randomUUID();
    this.#connector = createHttpConnector(httpTargetOf({ url, headers: {} }));
    const connector: Connector = { connect: (how, signal) => this.#connect(how, signal) };
    this.#connection = new Connection({ connector, breaker: new Breaker({ clock }), clock });
    this.#session = new LegacySession({ connection: this.#connection, clock, log, newId });
    this.#client = new RecoveringClient({ connection: this.#connection, session: this.#session, clock, log, newId });
  }

  /** What its requests carry now. */
  get use(): SessionUse {
    if (this.#session.use === undefined) throw new Error('no session is open');
    return this.#session.use;
  }

  async open(): Promise<void> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const reply = await this.request('initialize', params);
    if (reply.kind !== 'response') throw new Error(`initialize ended as ${JSON.stringify(reply)}`);
    this.#session.opened(params, reply.sessionId, JSON.parse(reply.json).result);
    this.#session.confirm();
    await this.#client.notify('{"jsonrpc":"2.0","method":"notifications/initialized"}', 'legacy');
  }

  /** As of a caller who knows that whatever it asks for may be repeated. */
  request(method: string, params: object = {}): Promise<Reply> {
    const id = randomUUID();
    return this.#client.request({
      id,
      method,
      params,
      era: 'legacy',
      json: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      harmless: true,
      headers: {},
      budgetMs: 20_000,
      cancelled: new Cancellation(),
      onMessage: () => {},
    });
  }

  /** One request of a session past the client, as nothing but an answer. */
  async raw(method: 'POST' | 'DELETE', { headers }: SessionUse): Promise<ExchangeEnd> {
    const endpoint = await this.#connection.acquire();
    const body = method === 'POST' ? '{"jsonrpc":"2.0","id":"raw","method":"tools/list"}' : undefined;
    const accept = 'application/json, text/event-stream';
    const request = { method, headers: { accept, ...headers }, onMessage: () => {} };
    return endpoint.exchange(body === undefined ? request : { ...request, body }).ended;
  }

  dispose(): void {
    this.#connection.dispose();
    this.#endpoint?.close();
  }

  async #connect(how: 'start' | 'join', signal: AbortSignal): Promise<Endpoint> {
    const endpoint = await this.#connector.connect(how, signal);
    this.#endpoint = endpoint;
    return {
      ...endpoint,
      exchange: (request) => {
        const { method = '' } = request.body === undefined ? {} : JSON.parse(request.body);
        this.sent.push({ method, session: request.headers['mcp-session-id'] });
        return endpoint.exchange(request);
      },
    };
  }
}
