import { isRpcId, type RpcId } from '../agent/json-rpc.ts';
import type { Endpoint } from '../recovery/connection.ts';
import type { Exchange, ExchangeEnd, ExchangeRequest } from '../recovery/http-exchange.ts';
import { parseRecord } from '../recovery/post-request.ts';
import { idOf, type LineEnds } from '../stdio/long-line.ts';

export interface StreamEndpointDeps {
  /** For people: what was started or opened. */
  readonly url: string;
  /** Of this process or connection. */
  readonly instance: string;
  /** Passes a message on; `undelivered` says how that failed. */
  readonly write: (json: string, undelivered: (end: ExchangeEnd) => void) => void;
  readonly stop: () => void;
  readonly beginMs?: number;
}

interface Open {
  readonly onMessage: ExchangeRequest['onMessage'];
  readonly end: (end: ExchangeEnd) => void;
}

/**
 * A server that speaks MCP on one pair of streams, in the terms of HTTP: a process on its stdin and stdout, or a
 * connection of the HTTP with SSE transport (spec 2024-11-05). Their life is a session, whose id is the name of the
 * process or connection. What came for an earlier one is stale, and was provably not passed on.
 */
export class StreamEndpoint implements Endpoint {
  readonly url: string;
  readonly instance: string;
  readonly keyKeeper = undefined;
  readonly renewable = false;
  readonly beginMs?: number;
  readonly #deps: StreamEndpointDeps;
  readonly #pending = new Map<RpcId, Open>();
  #stream: Open | undefined;
  #ended: string | undefined;

  constructor(deps: StreamEndpointDeps) {
    this.#deps = deps;
    this.url = deps.url;
    this.instance = deps.instance;
    if (deps.beginMs !== undefined) this.beginMs = deps.beginMs;
  }

  /** Why it has ended, if it has. */
  get ended(): string | undefined {
    return this.#ended;
  }

  exchange({ method, headers, body = '', onMessage }: ExchangeRequest): Exchange {
    const session = headers['mcp-session-id'];
    if (this.#ended !== undefined) return over({ kind: 'failed', written: false, reason: this.#ended });
    if (session !== undefined && session !== this.instance) return over(this.#stale());
    if (method === 'DELETE') return over(answered(200, ''));
    if (method === 'GET') {
      return this.#open(onMessage, (open) => {
        this.#stream = open;
        return () => {
          if (this.#stream === open) this.#stream = undefined;
        };
      });
    }
    const message = parseRecord(body);
    const id = message?.['id'];
    if (!isRpcId(id) || message?.['method'] === undefined) {
      this.#deps.write(body, () => {});
      return over(answered(202, ''));
    }
    const exchange = this.#open(onMessage, (open) => {
      this.#pending.set(id, open);
      this.#deps.write(body, open.end);
      return () => this.#pending.delete(id);
    });
    if (message?.['method'] !== 'initialize') return exchange;
    // A server may take no second one: whoever does not wait for the first begins with another process or connection.
    return {
      ...exchange,
      abort: (reason) => {
        exchange.abort(reason);
        this.#leave(reason);
      },
    };
  }

  close(): void {
    this.#leave('it was closed');
  }

  /** Takes one message of the server. */
  take(json: string): void {
    const message = parseRecord(json);
    if (message === undefined) return;
    const { id, method } = message;
    if (method === undefined) {
      const open = isRpcId(id) ? this.#pending.get(id) : undefined;
      open?.onMessage(json, this.instance);
      open?.end({ kind: 'streamed' });
    } else if (method === 'notifications/progress') {
      // Whose it is says its token.
      for (const open of this.#pending.values()) open.onMessage(json, this.instance);
    } else {
      const [someone] = this.#pending.values();
      (this.#stream ?? someone)?.onMessage(json, this.instance);
    }
  }

  /** A message was too large to be read: whose answer it was says its beginning or its end. */
  passedOver(message: LineEnds): void {
    const id = idOf(message);
    if (id !== undefined) this.#pending.get(id)?.end({ kind: 'too_large' });
  }

  /** The process or connection has ended, for an answer that was too large perhaps. */
  over(reason: string, how?: ExchangeEnd): void {
    this.#ended ??= reason;
    const failed = { kind: 'failed', written: true, reason } as const;
    const waiting = [...this.#pending.values()];
    // Whose answer it was is known only where one request waits.
    for (const { end } of waiting) end(how?.kind === 'too_large' && waiting.length === 1 ? how : failed);
    this.#stream?.end(failed);
  }

  /** What waits hears of it now: the process may take its time. */
  #leave(reason: string): void {
    if (this.#ended !== undefined) return;
    this.over(reason);
    this.#deps.stop();
  }

  #open(onMessage: ExchangeRequest['onMessage'], begin: (open: Open) => () => void): Exchange {
    let end = (_end: ExchangeEnd): void => {};
    const ended = new Promise<ExchangeEnd>((resolve) => {
      end = (how) => {
        leave();
        resolve(how);
      };
      const leave = begin({ onMessage, end: (how) => end(how) });
    });
    return { ended, abort: (reason) => end({ kind: 'failed', written: true, reason }) };
  }

  #stale(): ExchangeEnd {
    const error = {
      code: -32_001,
      message: 'Session not found: the server was started again',
      data: { executed: false, bridge: this.instance },
    };
    return answered(404, JSON.stringify({ jsonrpc: '2.0', id: null, error }));
  }
}

function over(end: ExchangeEnd): Exchange {
  return { ended: Promise.resolve(end), abort: () => {} };
}

function answered(status: number, text: string): ExchangeEnd {
  const contentType = text === '' ? '' : 'application/json';
  return { kind: 'answered', status, contentType, sessionId: undefined, retryAfterMs: undefined, text };
}
