import { isRecord, isRpcId, type RpcId, rpcCodes } from '../agent/json-rpc.ts';

/** What an answer means for the connection that it came on. */
export type Verdict =
  /** An answer like any other, also a failed tool. */
  | 'not_a_session_error'
  | 'stale_session'
  | 'auth'
  /** Whatever answers there is no MCP endpoint, or not any more. */
  | 'endpoint_gone'
  /** Overloaded or leaving: the same may work a little later. */
  | 'transient'
  /** The request itself was refused. */
  | 'protocol';

export interface AnswerFacts {
  readonly era: 'legacy' | 'modern';
  readonly httpMethod: 'POST' | 'GET' | 'DELETE';
  readonly status: number;
  /** Media type without parameters, lower case. */
  readonly contentType: string;
  readonly text: string;
  /** Whether the request carried a session id. */
  readonly sessionAttached: boolean;
}

export interface RpcFailure {
  readonly id: RpcId | null;
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

export interface Classified {
  readonly verdict: Verdict;
  /** The JSON-RPC error of the body, if it is one; it keeps code, message and data whatever the status was. */
  readonly error: RpcFailure | undefined;
}

/**
 * The one place that knows how servers say that a session is gone. Only a POST that carried a session id can be stale:
 * everything else with the same words is an answer, a missing endpoint or a refusal.
 */
export function classify(facts: AnswerFacts): Classified {
  const body = parse(facts);
  const error = rpcErrorOf(body);
  const verdict = canBeStale(facts) && saysStale(facts, body, error) ? 'stale_session' : plainVerdict(facts, error);
  return { verdict, error };
}

function canBeStale({ era, httpMethod, sessionAttached }: AnswerFacts): boolean {
  return era === 'legacy' && httpMethod === 'POST' && sessionAttached;
}

type StaleRule = (facts: AnswerFacts, body: unknown, error: RpcFailure | undefined) => boolean;

/** By status; a status that is not listed is never stale. */
const staleRules: ReadonlyMap<number, StaleRule> = new Map<number, StaleRule>([
  [200, (_facts, _body, error) => error !== undefined && expiredWords.test(error.message)],
  [
    // The TypeScript SDK's restarted single transport, supergateway, Python's "No valid session ID".
    400,
    ({ text }, body, error) => {
      const said = error?.message ?? wordsOf(body) ?? text;
      return /server not initialized/i.test(said) || missingSession.test(said);
    },
  ],
  [
    // Older Rust servers; whoever asks for a token says so in a header or speaks of no session.
    401,
    ({ text, contentType }) => contentType !== 'application/json' && sessionNotFound.test(text),
  ],
  [
    404,
    ({ text, contentType }, body, error) => {
      if (error !== undefined) {
        if (error.code === rpcCodes.methodNotFound) return false;
        return error.code === sessionNotFoundCode || sessionNotFound.test(error.message);
      }
      // A proxy's page says nothing of our session; an empty answer is the spec's own way to say it.
      if (contentType === 'text/html') return false;
      return text.trim() === '' || sessionNotFound.test(wordsOf(body) ?? text);
    },
  ],
]);

const sessionNotFoundCode = -32_001;
const sessionNotFound =
  /session (id )?(was )?not found|(could not|cannot|can't) find session|no such session|session has been terminated|(invalid|unknown|expired|stale)( or expired)? session|session (has |is )?(expired|invalid|unknown|terminated)/i;
const missingSession =
  /no valid session|((missing|invalid|unknown|expired)( or (missing|invalid|expired))?) (mcp[- ])?session|session[- ]?id( header)? (is )?(missing|invalid|required|not found|unknown|expired)|session (not found|expired)/i;
const expiredWords = /invalid or expired session|session (has )?expired|expired session|unknown session/i;

function saysStale(facts: AnswerFacts, body: unknown, error: RpcFailure | undefined): boolean {
  return staleRules.get(facts.status)?.(facts, body, error) ?? false;
}

function plainVerdict({ status, sessionAttached }: AnswerFacts, error: RpcFailure | undefined): Verdict {
  if (status >= 200 && status < 300) return 'not_a_session_error';
  if (status === 401 || status === 403) return 'auth';
  if (status === 408 || status === 429 || status >= 502) return 'transient';
  // What has a JSON-RPC error to say has understood the request.
  if (error !== undefined) return 'protocol';
  if (status === 500) return 'transient';
  if (status === 404 || status === 410 || (status >= 300 && status < 400)) return 'endpoint_gone';
  return status === 405 && !sessionAttached ? 'endpoint_gone' : 'protocol';
}

function parse({ text, contentType }: AnswerFacts): unknown {
  if (contentType !== '' && !contentType.includes('json')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Words without structure, which the rules look at as they are.
    return undefined;
  }
}

function rpcErrorOf(body: unknown): RpcFailure | undefined {
  const error = isRecord(body) && 'jsonrpc' in body ? body['error'] : undefined;
  if (!isRecord(body) || !isRecord(error)) return undefined;
  const { code, message, data } = error;
  if (typeof code !== 'number' || typeof message !== 'string') return undefined;
  const { id } = body;
  return { id: isRpcId(id) ? id : null, code, message, data };
}

/** What a JSON body says that is no JSON-RPC: `{"error":"Session not found"}` and the like. */
function wordsOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { error, message, detail } = body;
  const said = [error, isRecord(error) ? error['message'] : undefined, message, detail];
  const words = said.filter((part) => typeof part === 'string');
  return words.length > 0 ? words.join('; ') : undefined;
}
