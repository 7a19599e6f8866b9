/** The requests of the load, as text. */
import type { McpEndpoint } from '../support/raw-http.ts';

const modernVersion = '2026-07-28';
const path = '/bench/src/main.ts';

/** The head of a POST up to its length, with what a client sends along. */
export function requestHead(
  { port, token }: McpEndpoint,
  more: Readonly<Record<string, string>> = {},
  target = '/mcp',
): string {
  const headers = {
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${token}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${target} HTTP/1.1\r\n${lines.join('')}`;
}

/** A request whose id each connection fills in. */
export function requestBody(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: '@id', method, params });
}

export const toolCall = { name: 'read_buffer', arguments: { path } };
/** What every echo of `toolCall` answers. */
export const echoed = `{"type":"text","text":"${path}"}`;

export const legacyHeaders = { 'mcp-protocol-version': '2025-11-25' };

const envelope = {
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A modern request: each one describes itself. */
export function modernRequest(
  method: string,
  params: { readonly name?: string } = {},
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return {
    headers: {
      'mcp-protocol-version': modernVersion,
      'mcp-method': method,
      ...(params.name === undefined ? {} : { 'mcp-name': params.name }),
    },
    body: requestBody(method, { ...params, _meta: envelope }),
  };
}

/** Whether an answer to `server/discover` says that modern requests are served. */
export function servesModern(text: string): boolean {
  const { result } = JSON.parse(text);
  return Array.isArray(result?.supportedVersions) && result.supportedVersions.includes(modernVersion);
}
