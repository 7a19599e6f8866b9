import { failureResult } from '../../shared/call-result.ts';
import type { ErrorInfo } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { errorAnswer, type RpcId, resultAnswer, rpcCodes } from '../agent/json-rpc.ts';
import type { Reply } from '../recovery/reply.ts';

export interface AnsweredRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly era: 'legacy' | 'modern';
}

/** The line that an agent gets for a request; undefined for one that it cancelled. */
export function answerLine(request: AnsweredRequest, reply: Reply): string | undefined {
  switch (reply.kind) {
    case 'response':
      return reply.json;
    case 'refused':
      return refusal(request, reply);
    case 'cancelled':
      return undefined;
    case 'unreachable':
      return failure(request, reply.sent ? lost(request, reply.reason) : away(reply));
    case 'timeout':
      return failure(request, late(request, reply));
    case 'too_large':
      return failure(request, tooLarge(request));
    case 'outcome_unknown':
      return failure(request, lost(request, reply.reason));
  }
}

/** The reply to a request that needs a session, where its agent has opened none. */
export function noSession(id: RpcId): Reply {
  const error = { id, code: rpcCodes.server, message: 'There is no session: send "initialize" first', data: undefined };
  return { kind: 'refused', status: 400, error, text: '' };
}

/** The line for a request that still ran when its agent had closed stdin. */
export function leftLine(request: AnsweredRequest): string {
  return failure(
    request,
    unknown(`stdin ended while ${request.method} was running; it was told to stop and may have had its effect.`),
  );
}

function refusal(request: AnsweredRequest, { status, error, text }: Extract<Reply, { kind: 'refused' }>): string {
  const { id, method } = request;
  if (error !== undefined) return errorAnswer(id, error.code, error.message, error.data);
  if (status < 300) {
    const ended = `The bridge ended ${method} with HTTP ${status} and without an answer`;
    return failure(request, unknown(`${ended}, as it does when its session is over.`));
  }
  const said = text.trim() === '' ? '' : `: ${text.trim().slice(0, 200)}`;
  return errorAnswer(id, rpcCodes.server, `The bridge refused the request with HTTP ${status}${said}`, { status });
}

/** A failed tool is a result, which the model reads; everything else is an error of the protocol. */
function failure({ id, method, era }: AnsweredRequest, info: ErrorInfo): string {
  if (method !== 'tools/call') {
    const { code, message, hint, retryable, executed } = info;
    return errorAnswer(id, rpcCodes.server, `${message} ${hint}`, { code, retryable, executed });
  }
  const result = failureResult(info);
  return resultAnswer(id, era === 'legacy' ? result : `{"resultType":"complete",${result.slice(1)}`);
}

function away({ reason, hint }: Extract<Reply, { kind: 'unreachable' }>): ErrorInfo {
  return {
    code: 'link_down',
    // A starter's own words may be sentences.
    message: `The Holdfast bridge cannot be reached: ${reason.replace(/\.$/, '')}.`,
    hint:
      hint ??
      'Repeat it in a moment; if that does not help, ask the person to open VS Code or to run "holdfast status".',
    retryable: true,
    executed: 'no',
  };
}

const readBefore =
  'Read the affected state first (read_buffer, get_editor_context, get_diagnostics); repeat the call only if its effect is missing.';

function lost({ method }: AnsweredRequest, reason: string): ErrorInfo {
  return unknown(
    `The connection to the bridge was lost after ${method} was sent and before its answer came (${reason}).`,
  );
}

function unknown(message: string): ErrorInfo {
  return { code: 'outcome_unknown', message, hint: readBefore, retryable: false, executed: 'unknown' };
}

function tooLarge({ method }: AnsweredRequest): ErrorInfo {
  return {
    code: 'too_large',
    message: `The answer to ${method} is larger than ${limits.exchangeMaxBytes / 1024 / 1024} MB, which is too much to pass on.`,
    hint: 'Ask for less of it, or for its parts.',
    retryable: false,
    executed: 'yes',
  };
}

function late({ method }: AnsweredRequest, { budgetMs, sent }: Extract<Reply, { kind: 'timeout' }>): ErrorInfo {
  const message = `${method} had no answer within ${Math.round(budgetMs / 1_000)} s`;
  return sent
    ? {
        code: 'timeout',
        message: `${message}; it was told to stop and may have had its effect.`,
        hint: readBefore,
        retryable: false,
        executed: 'unknown',
      }
    : { code: 'timeout', message: `${message}; it was not sent.`, hint: 'Repeat it.', retryable: true, executed: 'no' };
}
