import type { OutgoingHttpHeaders } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import { agentHints } from '../agent-hints.ts';
import type { PostExchange } from '../era.ts';
import { answerEmpty, answerJson, answerRefusal } from '../http-answers.ts';
import { RpcError, type RpcMessage, type RpcRequest } from '../json-rpc.ts';
import { SseStream } from '../sse-stream.ts';
import type { AgentSession } from './agent-session.ts';
import { type SessionNotice, withNotice } from './session-notice.ts';

/** What an answer says beside its result. */
export interface AnswerExtras {
  readonly headers?: OutgoingHttpHeaders;
  readonly notice?: SessionNotice;
}

/**
 * Runs one request and answers it: JSON, unless notifications came first and the client takes an event stream. A client
 * that disconnects has not cancelled (transports, "Sending Messages"): the call runs on and its answer is lost.
 */
export async function answerRequest(
  session: AgentSession,
  request: RpcRequest,
  exchange: PostExchange,
  clock: Clock,
  extras?: AnswerExtras,
): Promise<void> {
  const { req, res, acceptsStream } = exchange;
  let stream: SseStream | undefined;
  const notify = (json: string): void => {
    stream ??= new SseStream(res, { clock, ...(extras?.headers === undefined ? {} : { headers: extras.headers }) });
    stream.send(json);
  };
  let answer: string | undefined;
  try {
    answer = await session.request(request, {
      ...agentHints(req.headers),
      notify: acceptsStream ? notify : undefined,
    });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return answerRefusal(res, { status: 400, id: request.id, code: error.code, message: error.message });
  }
  if (answer !== undefined) answer = withSessionNotice(answer, session, extras?.notice);
  if (stream !== undefined) {
    if (answer !== undefined) stream.send(answer);
    stream.dispose();
  } else if (answer === undefined) {
    // Cancelled: there is no response to send, but the HTTP exchange has to end.
    answerEmpty(res, 202);
  } else {
    answerJson(res, 200, answer, extras?.headers);
  }
}

/** The answer with what its client must know: of this request, else of the session, which is told once. */
export function withSessionNotice(answer: string, session: AgentSession, notice: SessionNotice | undefined): string {
  const due = notice ?? session.notice;
  if (due === undefined) return answer;
  const told = withNotice(answer, due);
  if (told !== undefined && due === session.notice) session.noticeTold();
  return told ?? answer;
}

/** Takes a notification or a response, which get no answer but the HTTP status. */
export async function answerNotification(
  session: AgentSession,
  message: RpcMessage,
  { res, body }: PostExchange,
): Promise<void> {
  try {
    await session.notify(message.kind === 'notification' ? message.method : undefined, body);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return answerRefusal(res, { status: 400, code: error.code, message: error.message });
  }
  answerEmpty(res, 202);
}
