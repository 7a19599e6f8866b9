import { HoldfastError } from '../../../shared/errors.ts';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import { isRecord, RpcError, rpcCodes } from '../json-rpc.ts';
import type { Method } from '../methods.ts';

/** `tools/call`: the dispatcher's result, passed on as it is. */
export function createToolCall({ dispatcher }: { readonly dispatcher: Pick<Dispatcher, 'call'> }): Method {
  return async (params, context) => {
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
  };
}
