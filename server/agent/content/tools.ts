import { failureResult } from '../../../shared/call-result.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import type { CallIds } from '../call-ids.ts';
import { isRecord, RpcError, rpcCodes } from '../json-rpc.ts';
import type { Method } from '../methods.ts';

/** `tools/call`: the dispatcher's result, passed on as it is. */
export function createToolCall({
  dispatcher,
  callIds,
}: {
  readonly dispatcher: Pick<Dispatcher, 'call'>;
  readonly callIds: CallIds;
}): Method {
  return async (params, context) => {
    const { key: given } = context;
    const name = isRecord(params) ? params['name'] : undefined;
    if (!isRecord(params) || typeof name !== 'string') {
      throw new RpcError(
        rpcCodes.invalidParams,
        'tools/call needs params.name, the name of a tool, and params.arguments',
      );
    }
    const call = { name, arguments: params['arguments'], ...context };
    try {
      if (given === undefined) return await dispatcher.call(call);
      if (given.key === undefined) return failureResult(invalidKey().info);
      return await dispatcher.call({ ...call, identity: { id: callIds(given.key), repeat: given.repeat } });
    } catch (error) {
      if (error instanceof HoldfastError) throw new RpcError(rpcCodes.invalidParams, error.message);
      throw error;
    }
  };
}

function invalidKey(): HoldfastError {
  return new HoldfastError('invalid_input', 'The Idempotency-Key header holds no key; the call was not run.', {
    hint: `Send 1 to ${limits.callKeyMaxChars} visible ASCII characters, a UUID for example, and the same ones only to repeat this call.`,
  });
}
