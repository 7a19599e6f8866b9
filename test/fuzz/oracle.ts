/** What every answer of the bridge must be, whatever was asked. Each check tells what is wrong, or undefined. */
import type { HttpAnswer } from './http-wire.ts';

/** What one body asks for, as JSON-RPC defines it. */
export type Asked = { readonly kind: 'request'; readonly id: unknown } | { readonly kind: 'other' };

export interface AnswerContext {
  readonly asked: Asked;
  /** What must be in no answer. */
  readonly secrets: readonly string[];
  /** Whether an editor of the case's own made the result: its content is passed on as it came. */
  readonly foreignContent: boolean;
}

/**
 * The bridge means no 5xx over HTTP. On the editor link it means 503, for too many unproven links at once, and nothing
 * here opens so many.
 */
export function answerProblem(answer: HttpAnswer, context: AnswerContext): string | undefined {
  const { status, headers, body } = answer;
  if (status < 200 || status > 499) return `the status ${status} is not meant`;
  const text = body.toString('utf8');
  const head = JSON.stringify([...headers]);
  if (context.secrets.some((secret) => text.includes(secret) || head.includes(secret)))
    return 'the answer holds a secret';
  if (answer.left) return undefined;
  const type = headers.get('content-type');
  if (text === '') return type === undefined ? emptyProblem(status, context.asked) : undefined;
  if (type === 'text/event-stream') return streamProblem(text, context);
  // An upgrade is refused in plain words.
  if (type === 'text/plain' && status === 400) return undefined;
  if (type !== 'application/json') return `a body of type ${type}`;
  return jsonProblem(status, text, context);
}

/** Every request that was understood has an answer; only what asks for none may be left at a status. */
function emptyProblem(status: number, asked: Asked): string | undefined {
  return asked.kind === 'request' && status < 300 ? `a request was answered with an empty ${status}` : undefined;
}

function jsonProblem(status: number, text: string, context: AnswerContext): string | undefined {
  const value = parse(text);
  if (value === undefined) return context.foreignContent && status === 200 ? undefined : 'the body is no JSON';
  const { asked } = context;
  if (Array.isArray(value))
    return value.map((each: unknown) => messageProblem(each)).find((each) => each !== undefined);
  // `/status` and `/proof` speak JSON, not JSON-RPC.
  if (isRecord(value) && 'instance' in value && !('jsonrpc' in value)) return undefined;
  return messageProblem(value) ?? idProblem(status, value, asked);
}

function streamProblem(text: string, { asked, foreignContent }: AnswerContext): string | undefined {
  const events = text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
  const messages = events.map((event) =>
    parse(
      event
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6))
        .join('\n'),
    ),
  );
  if (messages.includes(undefined)) return foreignContent ? undefined : 'an event is no JSON';
  const problem = messages.map((message) => messageProblem(message)).find((each) => each !== undefined);
  return problem ?? idProblem(200, messages.at(-1), asked);
}

function messageProblem(message: unknown): string | undefined {
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') return 'a message is no JSON-RPC 2.0';
  if ('method' in message) return typeof message['method'] === 'string' ? undefined : 'a method that is no text';
  if ('result' in message === 'error' in message) return 'a response needs either a result or an error';
  const { error, result } = message;
  if (error !== undefined) {
    if (!isRecord(error) || !Number.isInteger(error['code']) || typeof error['message'] !== 'string') {
      return 'an error needs a code and a message';
    }
    if (error['message'].startsWith('Internal error')) return 'an internal error';
  }
  const text = JSON.stringify(isRecord(result) ? (result['_meta'] ?? null) : null);
  return text.includes('"code":"internal"') ? 'a tool failed with "internal"' : undefined;
}

function idProblem(status: number, message: unknown, asked: Asked): string | undefined {
  const id = isRecord(message) ? message['id'] : undefined;
  if (asked.kind === 'request') {
    return id === asked.id || (id === null && status >= 400) ? undefined : `the answer's id is ${JSON.stringify(id)}`;
  }
  return status < 300 ? 'something that is no request got a response' : undefined;
}

/** Sorts what was sent in the way that the specification does, not by the bridge's own code. */
export function askedBy(bytes: Buffer): Asked {
  const body = parse(bytes.toString('utf8'));
  if (!isRecord(body) || body['jsonrpc'] !== '2.0' || typeof body['method'] !== 'string') return { kind: 'other' };
  const { id, params } = body;
  const rightId = typeof id === 'string' || Number.isSafeInteger(id);
  const rightParams = params === undefined || isRecord(params);
  return rightId && rightParams ? { kind: 'request', id } : { kind: 'other' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller tells what that means.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one error that is meant: a proven window answered a call with something that no tool can answer. */
const meantError =
  /Z error \[agents\] tools\/call failed unexpectedly: TypeError: the result of tools\/call is not a JSON object$/;

/** Lines of the bridge's log that nothing a client sends may cause. */
export function logProblem(text: string, secrets: readonly string[]): string | undefined {
  const leaked = secrets.find((secret) => text.includes(secret));
  if (leaked !== undefined) return 'the log holds a secret';
  const entry = /^\d{4}-\S+Z (debug|info {1,2}|warn {1,2}) |^ {4}|^\{"heapProbe"|^$/;
  const line = text.split('\n').find((each) => !entry.test(each) && !meantError.test(each));
  return line === undefined ? undefined : `the log has ${JSON.stringify(line.slice(0, 400))}`;
}
