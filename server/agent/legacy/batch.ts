/** JSON-RPC batches: several messages in one body, which MCP had in 2025-03-26 only. */
import { classify, errorAnswer, RpcError, type RpcMessage } from '../json-rpc.ts';
import type { AgentSession, RequestContext } from './agent-session.ts';

interface BatchEntry {
  readonly message: RpcMessage;
  readonly body: unknown;
}

/** Sorts the messages of a batch; undefined when one of them may not be in it. */
export function toBatch(bodies: readonly unknown[]): readonly BatchEntry[] | undefined {
  const entries = bodies.flatMap((body): BatchEntry[] => {
    const message = classify(body);
    return message === undefined || (message.kind === 'request' && message.method === 'initialize')
      ? []
      : [{ message, body }];
  });
  return entries.length === bodies.length ? entries : undefined;
}

/** Runs all messages at once; resolves with the serialised answers of the requests, in their order. */
export async function runBatch(
  session: AgentSession,
  entries: readonly BatchEntry[],
  context: RequestContext,
): Promise<readonly string[]> {
  const answers = await Promise.all(entries.map((entry) => answerEntry(session, entry, context)));
  return answers.filter((answer) => answer !== undefined);
}

async function answerEntry(
  session: AgentSession,
  { message, body }: BatchEntry,
  context: RequestContext,
): Promise<string | undefined> {
  try {
    if (message.kind === 'request') return await session.request(message, context);
    await session.notify(message.kind === 'notification' ? message.method : undefined, body);
    return undefined;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return errorAnswer(message.kind === 'request' ? message.id : null, error.code, error.message);
  }
}
