import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { foreignHeader } from '../scene/foreign-server.ts';

export interface ExchangeOptions {
  readonly port: number;
  readonly agent: Agent;
  readonly method?: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** After that the client gives up. */
  readonly timeoutMs: number;
  /** The client goes away. */
  readonly leave?: AbortSignal | undefined;
  /** Reads the answer in small pieces with pauses. */
  readonly slowly?: boolean;
}

export type Exchanged =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
  /** `refused`: certainly nothing was sent. */
  | { readonly kind: 'failed'; readonly how: 'refused' | 'broken' | 'timeout' | 'left'; readonly reason: string };

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 32 });
}

/** One request as an MCP client sends it. Never rejects. */
export function exchange(options: ExchangeOptions): Promise<Exchanged> {
  const { port, agent, method = 'POST', headers, body, timeoutMs, leave, slowly = false } = options;
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const req = request({ host: '127.0.0.1', port, path: '/mcp', method, agent, headers: { ...length, ...headers } });
    let over = false;
    const settle = (end: Exchanged) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      leave?.removeEventListener('abort', go);
      resolve(end);
    };
    const fail = (how: 'refused' | 'broken' | 'timeout' | 'left', reason: string) => {
      settle({ kind: 'failed', how, reason });
      req.destroy();
    };
    const go = () => fail('left', 'the client left');
    const timer = setTimeout(() => fail('timeout', `no answer within ${timeoutMs} ms`), timeoutMs);
    leave?.addEventListener('abort', go);
    req.on('error', (error) => {
      const refused = 'code' in error && error.code === 'ECONNREFUSED';
      fail(refused ? 'refused' : 'broken', error.message);
    });
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!slowly) return;
        res.pause();
        setTimeout(() => res.resume(), 20);
      });
      res.on('error', (error) => fail('broken', error.message));
      res.on('end', () => {
        const foreign = res.headers[foreignHeader] !== undefined;
        if (foreign) fail('broken', 'a foreign server answered');
        else {
          const text = Buffer.concat(chunks).toString('utf8');
          settle({ kind: 'answer', status: res.statusCode ?? 0, headers: res.headers, text });
        }
      });
    });
    if (leave?.aborted) go();
    else req.end(body);
  });
}
