import type { Clock } from '../../../shared/clock.ts';
import type { Log } from '../../../shared/log.ts';
import type { AgentContext } from '../../calls/dispatcher.ts';
import { Cancellation } from '../../editors/cancellation.ts';
import { type AgentHints, agentHints } from '../agent-hints.ts';
import type { ClientInfo } from '../client-info.ts';
import { logNotification } from '../content.ts';
import type { PostExchange } from '../era.ts';
import { answerJson } from '../http-answers.ts';
import { errorAnswer, RpcError, type RpcRequest, resultAnswer, rpcCodes } from '../json-rpc.ts';
import { isAtLeast, type LoggingLevel } from '../logging-level.ts';
import type { Method, MethodContext } from '../methods.ts';
import { progressSender } from '../progress.ts';
import { SseStream } from '../sse-stream.ts';
import type { ToModernResult } from './results.ts';

/** The one error of a method that has an HTTP status of its own (spec, "Error codes"). */
const missingClientCapability = -32_021;

export interface ModernRequest extends RpcRequest {
  readonly run: Method;
  readonly client: ClientInfo;
  readonly logLevel: LoggingLevel | undefined;
}

export interface ModernRequestDeps {
  readonly toResult: ToModernResult;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Runs one request and answers it: JSON, unless notifications came first and the client takes an event stream. The HTTP
 * exchange is all that there is of the request: when it closes, the request is cancelled (spec, "Cancellation").
 */
export async function answerModernRequest(
  request: ModernRequest,
  { req, res, acceptsStream }: PostExchange,
  deps: ModernRequestDeps,
): Promise<void> {
  const cancellation = new Cancellation();
  let running = true;
  res.once('close', () => {
    if (running) cancellation.abort();
  });
  const isRunning = (): boolean => running && !cancellation.aborted;
  let stream: SseStream | undefined;
  const notify = (json: string): void => {
    stream ??= new SseStream(res, { clock: deps.clock });
    stream.send(json);
  };
  const hints = agentHints(req.headers);
  const { json, status } = await answerOf(request, deps, {
    agent: agentContext(request.client, hints),
    signal: cancellation,
    ...(hints.key === undefined ? {} : { key: hints.key }),
    ...(acceptsStream ? outlets(request, notify, isRunning) : {}),
  });
  running = false;
  if (stream === undefined) return answerJson(res, status, json);
  stream.send(json);
  stream.dispose();
}

interface Answer {
  readonly json: string;
  /** Of an answer that goes out alone. */
  readonly status: number;
}

async function answerOf(request: ModernRequest, deps: ModernRequestDeps, context: MethodContext): Promise<Answer> {
  const { id, method, params, run } = request;
  try {
    return { json: resultAnswer(id, deps.toResult(method, await run(params, context))), status: 200 };
  } catch (error) {
    if (error instanceof RpcError) {
      const { code, message, data } = error;
      return { json: errorAnswer(id, code, message, data), status: code === missingClientCapability ? 400 : 200 };
    }
    deps.log.error(`${method} failed unexpectedly: ${String(error)}`);
    const problem = 'Internal error; the details are in the Holdfast log';
    return { json: errorAnswer(id, rpcCodes.internalError, problem), status: 200 };
  }
}

/** What goes out ahead of the answer: only what the request asked for. */
function outlets(
  { params, logLevel }: ModernRequest,
  notify: (json: string) => void,
  isRunning: () => boolean,
): Pick<MethodContext, 'progress' | 'log'> {
  const progress = progressSender(params, notify, isRunning);
  if (logLevel === undefined) return progress === undefined ? {} : { progress };
  return {
    ...(progress === undefined ? {} : { progress }),
    log: (level, data) => {
      if (isRunning() && isAtLeast(level, logLevel)) notify(logNotification(level, data));
    },
  };
}

function agentContext(client: ClientInfo, { window, folder }: AgentHints): AgentContext {
  return {
    ...client,
    ...(window === undefined ? {} : { window }),
    folders: () => Promise.resolve(folder === undefined ? [] : [folder]),
  };
}
