import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { errorCode } from '../../../shared/errors.ts';
import { keptPort } from '../../support/kept-port.ts';
import { createWorkServer } from './work-server.ts';

export interface SeenRequest {
  readonly http: string;
  /** The JSON-RPC method; undefined where the body has none. */
  readonly method: string | undefined;
  readonly id: RequestId | undefined;
  readonly session: string | undefined;
}

/** What becomes of a request that is not simply served. */
export type Treatment =
  /** As a proxy answers in front of it: the server never sees the request. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** No answer, and the connection stays. */
  | { readonly kind: 'hang' }
  /** The tool runs, and the connection breaks before its answer. */
  | { readonly kind: 'cut' }
  /** It is served, and a proxy answers something else in the place of the answer. */
  | { readonly kind: 'replaced'; readonly status: number };

type Gate = (request: SeenRequest) => Treatment | undefined | Promise<Treatment | undefined>;

interface HttpUpstreamOptions {
  readonly ledger: string;
  readonly begun?: (op: string) => void;
}

const passed = 'x-passed';

/** An MCP server behind the bridge on real HTTP, on a port that it keeps, with whatever a test puts in front of it. */
export class HttpUpstream {
  /** Decides about each request, at once or later. */
  gate: Gate = () => undefined;
  readonly #options: HttpUpstreamOptions;
  readonly #toCut = new Map<RequestId, ServerResponse>();
  #sessions = new Map<string, StreamableHTTPServerTransport>();
  #http: HttpServer | undefined;
  #port = 0;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  async start(port = this.#port): Promise<void> {
    this.#port = port === 0 ? await keptPort() : port;
    // The system may still hold the port of a killed process.
    for (let attempt = 1; ; attempt++) {
      const http = createServer((req, res) => void this.#take(req, res));
      try {
        await new Promise<void>((resolve, reject) => {
          http.once('error', reject);
          http.listen(this.#port, '127.0.0.1', resolve);
        });
        this.#http = http;
        break;
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE' || attempt === 100) throw error;
        await delay(20);
      }
    }
  }

  /** As a killed process: connections are cut, sessions are gone. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    this.forgetSessions();
    if (http === undefined) return;
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    http.closeAllConnections();
    await closed;
  }

  /** The process lives on and knows no session any more; what runs goes on. */
  forgetSessions(): void {
    this.#sessions = new Map();
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    res.on('error', () => undefined);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of req) chunks.push(Buffer.from(chunk));
    } catch {
      // Its client has gone.
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const seen = seenIn(req, text);
    const treatment = req.headers[passed] === undefined ? await this.gate(seen) : undefined;
    switch (treatment?.kind) {
      case undefined:
        return this.#serve(req, res, text);
      case 'answer':
        res.writeHead(treatment.status, treatment.headers ?? {}).end(treatment.text);
        return;
      case 'hang':
        return;
      case 'cut':
        if (seen.id !== undefined) this.#toCut.set(seen.id, res);
        return this.#serve(req, res, text);
      case 'replaced': {
        const headers = Object.entries(req.headers).flatMap(([name, value]): [string, string][] =>
          typeof value === 'string' && !hopByHop.has(name) ? [[name, value]] : [],
        );
        await (await fetch(this.url, { method: 'POST', headers: [...headers, [passed, '1']], body: text })).text();
        res.writeHead(treatment.status, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
      }
    }
  }

  async #serve(req: IncomingMessage, res: ServerResponse, text: string): Promise<void> {
    const id = req.headers['mcp-session-id'];
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const transport = typeof id === 'string' ? this.#sessions.get(id) : await this.#open();
    if (transport !== undefined) return transport.handleRequest(req, res, body);
    res.writeHead(404, { 'content-type': 'application/json' });
    res.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    await createWorkServer({ ...this.#options, beforeAnswer: (id) => this.#cut(id) }).connect(transport);
    return transport;
  }

  #cut(id: RequestId): void {
    this.#toCut.get(id)?.socket?.resetAndDestroy();
    this.#toCut.delete(id);
  }
}

const hopByHop: ReadonlySet<string> = new Set(['host', 'connection', 'content-length']);

function seenIn({ method: http = '', headers }: IncomingMessage, text: string): SeenRequest {
  const session = headers['mcp-session-id'];
  const { method, id } = text === '' ? {} : JSON.parse(text);
  return { http, method, id, session: typeof session === 'string' ? session : undefined };
}
