import type { RpcId } from '../agent/json-rpc.ts';
import type { RpcFailure } from './classify.ts';
import { isResponseTo, parseRecord, resultPrefix } from './post-request.ts';

/** How a request ended for its caller. */
export type Reply =
  /** A JSON-RPC response with the caller's own id; `error` when it is one. */
  | {
      readonly kind: 'response';
      readonly json: string;
      readonly error: object | undefined;
      readonly sessionId: string | undefined;
    }
  /** An answer that is no response; its JSON-RPC error, if it had one, is what the server said. */
  | { readonly kind: 'refused'; readonly status: number; readonly error: RpcFailure | undefined; readonly text: string }
  /** No server. `sent`: an earlier attempt may have reached one. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly hint: string | undefined; readonly sent: boolean }
  | { readonly kind: 'timeout'; readonly budgetMs: number; readonly sent: boolean }
  /** An answer that is larger than `limits.exchangeMaxBytes`: it was given, and would be again. */
  | { readonly kind: 'too_large' }
  /** It may have run, and nothing can tell. */
  | { readonly kind: 'outcome_unknown'; readonly reason: string }
  | { readonly kind: 'cancelled' };

type ResponseReply = Extract<Reply, { kind: 'response' }>;

/** A server's response under the id that the caller chose. What is large is not parsed where its beginning tells enough. */
export function responseReply(
  outerId: RpcId,
  innerId: RpcId,
  { json, sessionId }: { readonly json: string; readonly sessionId: string | undefined },
): ResponseReply {
  if (isResponseTo(innerId, json)) {
    const own = outerId === innerId ? json : resultPrefix(outerId) + json.slice(resultPrefix(innerId).length);
    return { kind: 'response', json: own, error: undefined, sessionId };
  }
  const message = parseRecord(json) ?? {};
  const error = message['error'];
  return {
    kind: 'response',
    json: JSON.stringify({ ...message, id: outerId }),
    error: typeof error === 'object' && error !== null ? error : undefined,
    sessionId,
  };
}
