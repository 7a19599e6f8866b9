import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isRecord } from './json-rpc.ts';

/** Legacy: `initialize` and sessions, up to MCP 2025-11-25. Modern: each request describes itself, from 2026-07-28. */
export type Era = 'legacy' | 'modern';

/** One era's handling of `/mcp`, after access, media types and body. */
export interface Leg {
  post(exchange: PostExchange): Promise<void>;
  get(req: IncomingMessage, res: ServerResponse): void;
  delete(req: IncomingMessage, res: ServerResponse): Promise<void> | void;
}

export interface PostExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The parsed body. */
  readonly body: unknown;
  /** Whether the client takes an event stream for an answer. */
  readonly acceptsStream: boolean;
}

/** Key of the version in the `_meta` with which a modern request describes itself. */
export const envelopeVersionKey = 'io.modelcontextprotocol/protocolVersion';
/** Versions are dates; each of the modern era is at least this. */
const firstModernVersion = '2026-07-28';

/**
 * The era of a POST: modern with an envelope in `_meta` or the modern era's own method, legacy with `initialize`. Where
 * the body does not tell, as in a notification or in a request that lacks its envelope, the version header does.
 */
export function eraOfPost(body: unknown, headers: IncomingHttpHeaders): Era {
  if (!isRecord(body)) return 'legacy';
  const { method, params } = body;
  const meta = isRecord(params) ? params['_meta'] : undefined;
  if (method === 'server/discover' || (isRecord(meta) && meta[envelopeVersionKey] !== undefined)) return 'modern';
  if (method === 'initialize') return 'legacy';
  return eraOfVersion(headers['mcp-protocol-version']);
}

/** The era of a GET or DELETE: by its version header, else by its session header; undefined when neither tells. */
export function eraOfHeaders(headers: IncomingHttpHeaders): Era | undefined {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined) return eraOfVersion(version);
  return headers['mcp-session-id'] === undefined ? undefined : 'legacy';
}

function eraOfVersion(version: string | readonly string[] | undefined): Era {
  return typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= firstModernVersion
    ? 'modern'
    : 'legacy';
}
