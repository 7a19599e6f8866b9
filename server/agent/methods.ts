import { HoldfastError } from '../../shared/errors.ts';
import type { AgentContext, Dispatcher, ToolCall } from '../calls/dispatcher.ts';
import { isRecord, RpcError, rpcCodes } from './json-rpc.ts';
import type { ToolList } from './tool-list.ts';

/** Of one request, whichever era it came in. */
interface MethodContext {
  readonly agent: AgentContext;
  readonly signal: AbortSignal;
  readonly progress?: NonNullable<ToolCall['progress']>;
}

/** Resolves with the serialised result. @throws RpcError for a misuse of the protocol. */
type Method = (params: unknown, context: MethodContext) => Promise<string>;

/** The methods that both eras serve in the same way; what belongs to one era alone lives with that era. */
export type MethodTable = ReadonlyMap<string, Method>;

export function createMethods({
  dispatcher,
  toolList,
}: {
  readonly dispatcher: Pick<Dispatcher, 'call'>;
  readonly toolList: ToolList;
}): MethodTable {
  return new Map<string, Method>([
    ['tools/list', () => Promise.resolve(toolList.json)],
    [
      'tools/call',
      async (params, context) => {
        const name = isRecord(params) ? params['name'] : undefined;
        if (!isRecord(params) || typeof name !== 'string') {
          throw new RpcError(
            rpcCodes.invalidParams,
            'tools/call needs params.name, the name of a tool, and params.arguments',
          );
        }
        try {
          return await dispatcher.call({ name, arguments: params['arguments'], ...context });
        } catch (error) {
          if (error instanceof HoldfastError) throw new RpcError(rpcCodes.invalidParams, error.message);
          throw error;
        }
      },
    ],
  ]);
}
