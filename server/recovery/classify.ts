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
  /** How it said that the session is gone, if it did. */
  readonly rule: StaleRuleName | undefined;
}

/**
 * The one place that knows how servers say that a session is gone. Only a POST that carried a session id can be stale:
 * everything else with the same words is an answer, a missing endpoint or a refusal.
 */
export function classify(facts: AnswerFacts): Classified {
  const body = parse(facts);
  const error = rpcErrorOf(body);
  const answer = { ...facts, error, said: error?.message ?? wordsOf(body) ?? facts.text };
  const rule = canBeStale(facts)
    ? staleRules.find(({ status, says }) => status === facts.status && says(answer))
    : undefined;
  return { verdict: rule === undefined ? plainVerdict(facts, error) : 'stale_session', error, rule: rule?.name };
}

function canBeStale({ era, httpMethod, sessionAttached }: AnswerFacts): boolean {
  return era === 'legacy' && httpMethod === 'POST' && sessionAttached;
}

interface Answer extends AnswerFacts {
  readonly error: RpcFailure | undefined;
  /** What it says to people: the error's message, a JSON body's words, else the text as it is. */
  readonly said: string;
}

interface StaleRule {
  /** For logs, and for the tests, which hold an answer against every rule. */
  readonly name: string;
  readonly status: number;
  readonly says: (answer: Answer) => boolean;
}

/** How servers say that a session is gone, by status; one that no rule names is never stale. */
export const staleRules = [
  { name: 'error_in_200', status: 200, says: ({ error, said }) => error !== undefined && speaksOf('expired', said) },
  /** The TypeScript SDKs' single transport in a process that was started again. */
  { name: 'not_initialized_400', status: 400, says: ({ said }) => /server not initialized/i.test(said) },
  /** Routers in front of the TypeScript SDK's transports, supergateway 3, older Python servers. */
  { name: 'session_id_400', status: 400, says: ({ said }) => speaksOf('badId', said) },
  /** Older Rust servers; whoever asks for a token says so in JSON or speaks of no session. */
  {
    name: 'text_401',
    status: 401,
    says: ({ contentType, text }) => contentType !== 'application/json' && speaksOf('notFound', text),
  },
  /** The TypeScript SDKs, and this bridge. */
  { name: 'code_404', status: 404, says: ({ error }) => error?.code === sessionNotFoundCode },
  /** Python servers, which have no code of their own for it. */
  {
    name: 'error_404',
    status: 404,
    says: ({ error, said }) =>
      error !== undefined && error.code !== rpcCodes.methodNotFound && speaksOf('notFound', said),
  },
  /** The spec's own way to say it. */
  {
    name: 'empty_404',
    status: 404,
    says: ({ text, contentType }) => text.trim() === '' && contentType !== 'text/html',
  },
  /** Go and Rust servers, and plain JSON; a proxy's page says nothing of our session. */
  {
    name: 'words_404',
    status: 404,
    says: ({ error, contentType, said }) =>
      error === undefined && contentType !== 'text/html' && speaksOf('notFound', said),
  },
] as const satisfies readonly StaleRule[];

export type StaleRuleName = (typeof staleRules)[number]['name'];

const sessionNotFoundCode = -32_001;

/** Words, by what else has to be true for them to count. */
export const stalePatterns = {
  notFound: [
    /session (id )?(was )?not found/i,
    /(could not|cannot|can't) find session/i,
    /no such session/i,
    /(invalid|unknown|expired|stale)( or expired)? session/i,
    /session (has been |has |is )?(expired|invalid|unknown|terminated)/i,
  ],
  badId: [
    /no valid session/i,
    /(missing|invalid|unknown|expired)( or (missing|invalid|expired))? (mcp[- ])?session/i,
    /session[- ]?id( header)? (is )?(missing|invalid|required|not found|unknown|expired)/i,
    /session (not found|expired)/i,
  ],
  expired: [/invalid or expired session/i, /session (has )?expired/i, /expired session/i, /unknown session/i],
} as const;

function speaksOf(kind: keyof typeof stalePatterns, text: string): boolean {
  return stalePatterns[kind].some((pattern) => pattern.test(text));
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
