import type { ListOfContent } from '../agent/content.ts';
import { isRecord, RpcError, rpcCodes } from '../agent/json-rpc.ts';
import type { MethodContext } from '../agent/methods.ts';
import type { Message } from './upstream-era.ts';

/** The notifications by which a server says that a list has changed. */
export const listMessages: ReadonlyMap<string, ListOfContent> = new Map(
  (['tools', 'prompts', 'resources'] as const).map((list) => [`notifications/${list}/list_changed`, list]),
);

/** The progress that a message tells of the request with this token; undefined for any other message. */
export function progressIn(
  { method, params }: Message,
  token: string,
): Parameters<NonNullable<MethodContext['progress']>>[0] | undefined {
  if (method !== 'notifications/progress' || !isRecord(params) || params['progressToken'] !== token) return undefined;
  const { progress, total, message } = params;
  if (typeof progress !== 'number') return undefined;
  return {
    progress,
    ...(typeof total === 'number' ? { total } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

/**
 * A result without what its era says of it: that is for us, and the agent's era says its own.
 *
 * @throws RpcError for a result that asks for more input: agents behind a bridge were not declared to have any to give
 */
export function plainResult(server: string, { resultType, ttlMs: _, cacheScope: __, ...result }: Message): Message {
  if (resultType === undefined || resultType === 'complete') return result;
  const problem = `The MCP server "${server}" asks for input that cannot be given through the bridge (${JSON.stringify(resultType)})`;
  throw new RpcError(rpcCodes.internalError, problem);
}
