import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isRecord } from './json-rpc.ts';

/** Legacy: `initialize` and sessions, up to MCP 2025-11-25. Modern: each request describes itself, from 2026-07-28. */
export type Era = 'legacy' | 'modern';

/** One era's handling of `/mcp`, after access, media types and body. */
export interface Leg {
  post(exchange: PostExchange): Promise<void>;
  get(req: IncomingMessage, res: ServerResponse): void;
  delete(req: IncomingMessage, res: ServerResponse): void;
}

export interface PostExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The parsed body. */
  readonly body: unknown;
  /** Whether the client takes an event stream for an answer. */
  readonly acceptsStream: boolean;
}

const envelopeVersionKey = 'io.modelcontextprotocol/protocolVersion';
const modernVersions = new Set(['2026-07-28']);

/** The era of a POST, told by its body alone: an envelope in `_meta`, or the method that only the modern era has. */
export function eraOfBody(body: unknown): Era {
  if (!isRecord(body)) return 'legacy';
  if (body['method'] === 'server/discover') return 'modern';
  const params = body['params'];
  const meta = isRecord(params) ? params['_meta'] : undefined;
  return isRecord(meta) && meta[envelopeVersionKey] !== undefined ? 'modern' : 'legacy';
}

/** The era of a GET or DELETE: by its version header, else by its session header; undefined when neither tells. */
export function eraOfHeaders(headers: IncomingHttpHeaders): Era | undefined {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined) return modernVersions.has(String(version)) ? 'modern' : 'legacy';
  return headers['mcp-session-id'] === undefined ? undefined : 'legacy';
}
