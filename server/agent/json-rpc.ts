/** JSON-RPC 2.0 as MCP uses it: what a message is, and how an answer is written around an already serialised result. */

export type RpcId = string | number;

/** Error codes of JSON-RPC and the one that MCP servers use for everything about the transport. */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  server: -32_000,
} as const;

/** A misuse of the protocol, answered as a JSON-RPC error. A tool's own failure is a result instead. */
export class RpcError extends Error {
  readonly code: number;
  /** What a program can use of it; left out when undefined. */
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/** No resource has this URI. The legacy era has a code of its own for it, the modern one calls it invalid params. */
export class ResourceNotFoundError extends RpcError {
  constructor(uri: string) {
    super(rpcCodes.invalidParams, `Resource not found: ${uri}`, { uri });
    this.name = 'ResourceNotFoundError';
  }
}

export interface RpcRequest {
  readonly kind: 'request';
  readonly id: RpcId;
  readonly method: string;
  readonly params: unknown;
}
interface RpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: unknown;
}
export type RpcMessage = RpcRequest | RpcNotification | { readonly kind: 'response' };

/** Sorts one parsed JSON value; undefined when it is no JSON-RPC 2.0 message. A null id is none in MCP. */
export function classify(body: unknown): RpcMessage | undefined {
  if (!isRecord(body) || body['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params } = body;
  if (method === undefined) {
    return isRpcId(id) && ('result' in body || 'error' in body) ? { kind: 'response' } : undefined;
  }
  if (typeof method !== 'string') return undefined;
  if (params !== undefined && !isRecord(params)) return undefined;
  if (id === undefined) return { kind: 'notification', method, params };
  return isRpcId(id) ? { kind: 'request', id, method, params } : undefined;
}

/** MCP narrows JSON-RPC's ids to strings and whole numbers. */
export function isRpcId(value: unknown): value is RpcId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The answer to a request, around a result that is JSON text already. */
export function resultAnswer(id: RpcId, result: string): string {
  const [before, , after] = aroundResult(id, result);
  return before + result + after;
}

/** The pieces of that answer, for a result that is kept in another form than text. */
export function aroundResult<R>(id: RpcId, result: R): readonly [before: string, result: R, after: string] {
  return [`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`, result, '}'];
}

export function errorAnswer(id: RpcId | null, code: number, message: string, data?: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
}
