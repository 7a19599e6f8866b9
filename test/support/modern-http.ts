import type { OutgoingHttpHeaders } from 'node:http';
import { type McpEndpoint, postMcp, type RawAnswer } from './raw-http.ts';

export const modernVersion = '2026-07-28';

/** What a modern request says about itself. */
export const modernEnvelope = {
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export interface ModernMessage {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Beside the envelope; a key that is undefined leaves the envelope's own out. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** The body of a modern request. */
export function modernBody({ id = 1, method, params = {}, meta = {} }: ModernMessage): object {
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...modernEnvelope, ...meta } } };
}

/** The headers that mirror the body. */
export function modernHeaders({ method, params = {} }: ModernMessage): Readonly<Record<string, string>> {
  const name = params['name'] ?? params['uri'];
  return {
    'mcp-protocol-version': modernVersion,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  };
}

/** Posts a request as a well-behaved modern client does; `change` replaces headers, and undefined leaves one out. */
export function postModern(
  endpoint: McpEndpoint,
  message: ModernMessage,
  change: OutgoingHttpHeaders = {},
): Promise<RawAnswer> {
  const headers: OutgoingHttpHeaders = { ...modernHeaders(message), ...change };
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return postMcp(endpoint, modernBody(message), Object.fromEntries(given));
}
