import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent with its length, or in these pieces without one. */
  readonly body?: string | readonly string[];
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request on a connection of its own, with exactly the given headers. */
export function rawHttp(
  port: number,
  { method = 'POST', path = '/mcp', headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {};
    const req = request({ host: '127.0.0.1', port, method, path, agent: false, headers: { ...length, ...headers } });
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    if (typeof body === 'string') req.end(body);
    else {
      for (const piece of body ?? []) req.write(piece);
      req.end();
    }
  });
}

export interface McpEndpoint {
  readonly port: number;
  readonly token: string;
}

/** The headers of a well-behaved client. */
export function mcpHeaders(token: string, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...more,
  };
}

export function postMcp(
  { port, token }: McpEndpoint,
  message: unknown,
  more: OutgoingHttpHeaders = {},
): Promise<RawAnswer> {
  return rawHttp(port, { headers: mcpHeaders(token, more), body: JSON.stringify(message) });
}

export function initializeRequest(protocolVersion = '2025-11-25', capabilities: object = {}): object {
  const clientInfo = { name: 'raw', version: '1' };
  return { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion, capabilities, clientInfo } };
}

/** Opens a session; resolves with the headers that carry it on. */
export async function openSession(
  endpoint: McpEndpoint,
  protocolVersion?: string,
): Promise<{ readonly 'mcp-session-id': string }> {
  const { status, headers, text } = await postMcp(endpoint, initializeRequest(protocolVersion));
  const id = headers['mcp-session-id'];
  if (status !== 200 || typeof id !== 'string') throw new Error(`initialize answered ${status}: ${text}`);
  return { 'mcp-session-id': id };
}
