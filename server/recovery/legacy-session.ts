import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { isRecord, type RpcId } from '../agent/json-rpc.ts';
import { classify, type StaleRuleName } from './classify.ts';
import type { Connection, Endpoint } from './connection.ts';
import { type PostEnd, parseRecord, postRequest } from './post-request.ts';

/** What a request carried, which is what its answer is about. */
export interface SessionUse {
  readonly generation: number;
  readonly id: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LegacySessionDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  /** An id for a request of our own. */
  readonly newId: () => string;
}

/** How a recovery ended: `lost` when the server was, so that whoever comes next begins again. */
export type Recovery = 'renewed' | 'lost' | 'refused';

interface Open extends SessionUse {
  /** The params of its `initialize`, to begin again with. */
  readonly params: unknown;
}

/** `late`: it was not waited for any longer. */
type TimedEnd = PostEnd & { readonly late: boolean };

/**
 * One session of the legacy era at its server. Remembers how it was opened and what was set up in it, so that it can be
 * opened again without its client noticing. The recovery belongs to the connection: nobody's cancel or deadline ends it.
 */
export class LegacySession {
  readonly #deps: LegacySessionDeps;
  readonly #renewed = new Emitter<unknown>();
  readonly #replaced = new Emitter<void>();
  readonly #refused = new Emitter<void>();
  /** Set up after `initialize`, in the order in which it was: method and params by a key that a later one replaces. */
  readonly #setUp = new Map<string, { readonly method: string; readonly params: unknown }>();
  #open: Open | undefined;
  #generation = 0;
  #confirmed = false;
  #recovering: Promise<Recovery> | undefined;

  /** A new session has replaced one that was stale; with the result of its `initialize`. */
  readonly onDidRenew = this.#renewed.event;
  /** A client's own `initialize` has replaced a session; the new one is in use once it is confirmed. */
  readonly onDidReplace = this.#replaced.event;
  /** The session is stale, and the server has answered that it opens no new one in this way. */
  readonly onDidRefuse = this.#refused.event;

  constructor(deps: LegacySessionDeps) {
    this.#deps = deps;
  }

  get use(): SessionUse | undefined {
    return this.#open;
  }

  /** Begins: a client's own `initialize` was answered. What it replaces is ended where the server can be told. */
  opened(params: unknown, sessionId: string | undefined, result: unknown): void {
    const before = this.#open;
    this.#setUp.clear();
    this.#confirmed = false;
    this.#begin(params, sessionId, result);
    if (before === undefined) return;
    this.#replaced.fire();
    const { state } = this.#deps.connection;
    if (state.kind === 'ready' && before.id !== sessionId) void endAt(state.endpoint, before);
  }

  /** The client has sent `notifications/initialized`. */
  confirm(): void {
    this.#confirmed = true;
  }

  /** Notes what a request that succeeded has set up in the session. */
  note(method: string, params: unknown): void {
    const uri = isRecord(params) && typeof params['uri'] === 'string' ? params['uri'] : '';
    if (method === 'logging/setLevel') this.#setUp.set('level', { method, params });
    else if (method === 'resources/subscribe') this.#setUp.set(`uri ${uri}`, { method, params });
    else if (method === 'resources/unsubscribe') this.#setUp.delete(`uri ${uri}`);
  }

  /** The server itself named a new id (it healed a stale one): from now on that one is used. */
  renamed(used: SessionUse, sessionId: string | undefined): void {
    if (sessionId === undefined || this.#open?.generation !== used.generation || this.#open.id === sessionId) return;
    this.#open = { ...this.#open, id: sessionId, headers: { ...this.#open.headers, 'mcp-session-id': sessionId } };
  }

  /**
   * Makes a new session unless somebody has since `stale` was used. Many at once make one.
   *
   * @param rule how the server said it, for the log
   */
  recover(stale: SessionUse, rule: StaleRuleName): Promise<Recovery> {
    if (this.#open === undefined || this.#open.generation !== stale.generation || this.#open.id !== stale.id) {
      return Promise.resolve('renewed');
    }
    this.#recovering ??= this.#reopen(this.#open, rule).finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  /** Another one has to be opened from the start. */
  forget(): void {
    this.#open = undefined;
  }

  /** Resolves when no recovery is under way, however it ended: whoever sends next looks for itself. */
  async settled(): Promise<void> {
    await this.#recovering;
  }

  /** Tells the server that the session is over. */
  async end(endpoint: Endpoint): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) await endAt(endpoint, open);
  }

  #begin(params: unknown, sessionId: string | undefined, result: unknown): void {
    const version = isRecord(result) ? result['protocolVersion'] : undefined;
    this.#generation += 1;
    this.#open = {
      generation: this.#generation,
      id: sessionId,
      params,
      headers: {
        ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
        ...(typeof version === 'string' ? { 'mcp-protocol-version': version } : {}),
      },
    };
  }

  async #reopen({ params }: Open, rule: StaleRuleName): Promise<Recovery> {
    const { connection, log } = this.#deps;
    let renewed = false;
    for (;;) {
      let endpoint: Endpoint;
      try {
        endpoint = await connection.acquire();
      } catch (error) {
        log.debug(`no new session: ${messageOf(error)}`);
        return 'lost';
      }
      const end = await this.#initialize(endpoint, params);
      if (end.kind === 'failed') {
        connection.lost(endpoint, end.reason);
        return end.late ? 'refused' : 'lost';
      }
      if (refusesAccess(end) && endpoint.renewable && !renewed) {
        renewed = true;
        connection.refresh(endpoint);
        continue;
      }
      const result = end.kind === 'response' ? parseRecord(end.json)?.['result'] : undefined;
      if (end.kind !== 'response' || result === undefined) {
        log.warn(`the session is stale (${rule}), and the server opens no new one`);
        this.#refused.fire();
        return 'refused';
      }
      this.#begin(params, end.sessionId, result);
      await this.#prepare(endpoint);
      log.info(`the session was stale (${rule}); a new one has replaced it`);
      this.#renewed.fire(result);
      return 'renewed';
    }
  }

  #initialize(endpoint: Endpoint, params: unknown): Promise<TimedEnd> {
    const id = this.#deps.newId();
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params });
    return this.#post(endpoint, id, body, {}, endpoint.beginMs);
  }

  /** Brings a new session to where the old one was. What cannot be brought back is logged, never a reason to fail. */
  async #prepare(endpoint: Endpoint): Promise<void> {
    const headers = this.#open?.headers ?? {};
    const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    if (this.#confirmed) await notify(endpoint, initialized, headers, this.#deps.clock);
    for (const { method, params } of this.#setUp.values()) {
      const id = this.#deps.newId();
      const end = await this.#post(endpoint, id, JSON.stringify({ jsonrpc: '2.0', id, method, params }), headers);
      const done = end.kind === 'response' && parseRecord(end.json)?.['result'] !== undefined;
      if (!done) this.#deps.log.warn(`${method} could not be repeated in the new session`);
    }
  }

  async #post(
    endpoint: Endpoint,
    id: RpcId,
    body: string,
    headers: SessionUse['headers'],
    withinMs: number = limits.recoveryConnectMs,
  ): Promise<TimedEnd> {
    const posted = postRequest(endpoint, { id, body, headers, onMessage: () => {} });
    let late = false;
    const timer = this.#deps.clock.after(withinMs, () => {
      late = true;
      posted.abort(`no answer within ${withinMs / 1_000} s`);
    });
    try {
      return { ...(await posted.ended), late };
    } finally {
      timer.dispose();
    }
  }
}

async function endAt(endpoint: Endpoint, { id, headers }: SessionUse): Promise<void> {
  if (id !== undefined) await endpoint.exchange({ method: 'DELETE', headers, onMessage: () => {} }).ended;
}

function refusesAccess(end: PostEnd): boolean {
  if (end.kind !== 'answered') return false;
  return classify({ ...end, era: 'legacy', httpMethod: 'POST', sessionAttached: false }).verdict === 'auth';
}

/** Posts a message that gets no answer but a status; false when it was not taken. */
export async function notify(
  endpoint: Endpoint,
  body: string,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<boolean> {
  const accept = 'application/json, text/event-stream';
  const request = { method: 'POST', body, headers: { accept, ...headers }, onMessage: () => {} } as const;
  const exchange = endpoint.exchange(request);
  const timer = clock.after(limits.recoveryConnectMs, () => exchange.abort('no answer'));
  const end = await exchange.ended;
  timer.dispose();
  return end.kind === 'streamed' || (end.kind === 'answered' && end.status < 300);
}
