import { HoldfastError, messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { isRecord, RpcError, rpcCodes } from '../agent/json-rpc.ts';
import { type Connection, type Endpoint, UnreachableError } from '../recovery/connection.ts';
import { parseRecord } from '../recovery/post-request.ts';
import type { Reply } from '../recovery/reply.ts';

/** What was asked of which server, for the words of a failure. */
export interface Asked {
  readonly server: string;
  readonly what: string;
  /** It may change something at the server. */
  readonly changes?: boolean;
}

const megabytes = limits.exchangeMaxBytes / 1024 / 1024;

/**
 * The result in a server's reply.
 *
 * @throws RpcError with the server's own code, message and data
 * @throws HoldfastError when there is no answer
 */
export function resultOf(asked: Asked, reply: Reply): Readonly<Record<string, unknown>> {
  switch (reply.kind) {
    case 'response': {
      const message = parseRecord(reply.json);
      const [error, result] = [message?.['error'], message?.['result']];
      if (isRecord(error)) throw rpcError(error);
      if (!isRecord(result)) throw new RpcError(rpcCodes.internalError, `The answer of ${asked.server} is no result`);
      return result;
    }
    case 'refused':
      if (reply.error !== undefined) throw rpcError({ ...reply.error });
      if (asked.changes === true && mayHaveRun(reply.status)) throw unknownOutcome(asked, `HTTP ${reply.status}`);
      throw unavailable(asked.server, `it refused ${asked.what} with HTTP ${reply.status}`, hintFor(reply.status));
    case 'unreachable':
      if (reply.sent) throw unknownOutcome(asked, reply.reason);
      throw unavailable(asked.server, reply.reason, reply.hint);
    case 'timeout':
      if (!reply.sent) throw unavailable(asked.server, 'it could not be reached in time');
      throw new HoldfastError('timeout', `${asked.server} did not answer ${asked.what} in time; it was told to stop.`, {
        executed: 'unknown',
        retryable: false,
        hint: readBefore,
      });
    case 'too_large': {
      const message = `The answer of ${asked.server} to ${asked.what} is larger than ${megabytes} MB, which is too much to pass on.`;
      throw new HoldfastError('too_large', message, { executed: 'yes', hint: 'Ask for less of it, or for its parts.' });
    }
    case 'outcome_unknown':
      throw unknownOutcome(asked, reply.reason);
    case 'cancelled':
      throw new HoldfastError('cancelled', `${asked.what} was cancelled.`, {
        executed: 'unknown',
        hint: readBefore,
      });
  }
}

/**
 * Whoever answers there, so that the time of a first question is for its answer, not for getting there.
 *
 * @throws HoldfastError when that takes more than a moment
 */
export async function reached(server: string, connection: Connection): Promise<Endpoint> {
  try {
    return await connection.acquireSoon();
  } catch (error) {
    throw unavailable(server, messageOf(error), error instanceof UnreachableError ? error.hint : undefined);
  }
}

export function unavailable(server: string, reason: string, hint?: string): HoldfastError {
  return new HoldfastError('upstream_unavailable', `The MCP server "${server}" cannot be used now: ${reason}.`, {
    hint: hint ?? 'Repeat it in a moment; if that does not help, ask the person whether that server runs.',
  });
}

const readBefore = 'Read what the call would have changed; repeat it only if its effect is missing.';

function unknownOutcome({ server, what }: Asked, reason: string): HoldfastError {
  const message = `The connection to ${server} was lost after ${what} was sent and before its answer came (${reason}).`;
  return new HoldfastError('outcome_unknown', message, { executed: 'unknown', hint: readBefore });
}

function rpcError({ code, message, data }: Readonly<Record<string, unknown>>): RpcError {
  return new RpcError(typeof code === 'number' ? code : rpcCodes.internalError, String(message), data);
}

function hintFor(status: number): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return 'Ask the person to check the "headers" of this server in config.json and to restart the bridge.';
}

/** Of an answer that is no response: whoever stands between gives these for a request that was passed on, too. */
function mayHaveRun(status: number): boolean {
  return status < 300 || [408, 500, 502, 504].includes(status);
}
