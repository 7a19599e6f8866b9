import { z } from 'zod';
import { agentHeaders } from '../shared/agent-headers.ts';
import { catalog } from '../shared/catalog.ts';
import { strongestEffect } from '../shared/define-tool.ts';
import { HoldfastError } from '../shared/errors.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import { bridgeOrigin } from './bridge-client.ts';
import { fetchProblem, McpCallError } from './mcp-call-error.ts';

const protocolVersion = '2025-11-25';

const answerSchema = z.object({
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const toolResultSchema = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
  _meta: z.record(z.string(), z.unknown()).optional(),
});
export type ShellToolResult = z.infer<typeof toolResultSchema>;

export interface McpCallDeps {
  readonly bridge: BridgeFile;
  readonly token: string;
  readonly version: string;
  /** As `windowHeader` makes it. */
  readonly window: string | undefined;
  /** Absolute path that decides between windows otherwise. */
  readonly folder: string | undefined;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly session: string | null;
  readonly text: string;
}

/**
 * Calls one tool as any agent does: initialize, tools/call, DELETE on the bridge's MCP endpoint.
 *
 * @throws McpCallError when the bridge refuses
 * @throws HoldfastError when no answer comes, with what that says of the call
 */
export async function callTool(
  tool: string,
  input: Record<string, unknown>,
  deps: McpCallDeps,
): Promise<ShellToolResult> {
  const url = `${bridgeOrigin(deps.bridge.port)}/mcp`;
  const headers: Record<string, string> = {
    authorization: `Bearer ${deps.token}`,
    accept: 'application/json',
    'content-type': 'application/json',
    ...(deps.folder === undefined ? {} : { [agentHeaders.folder]: encodeURIComponent(deps.folder) }),
    ...(deps.window === undefined ? {} : { [agentHeaders.window]: deps.window }),
  };
  let sent = false;
  const post = async (message: object): Promise<Answer> => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: deps.signal, redirect: 'error' });
      const session = response.headers.get('mcp-session-id');
      return { status: response.status, session, text: await response.text() };
    } catch (error) {
      throw unanswered(tool, sent, error);
    }
  };

  const opened = await post({
    id: 1,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'holdfast-call', version: deps.version } },
  });
  resultOf(opened);
  const { session } = opened;
  if (session !== null) headers['mcp-session-id'] = session;
  headers['mcp-protocol-version'] = protocolVersion;
  try {
    await post({ method: 'notifications/initialized' });
    sent = true;
    const answer = await post({ id: 2, method: 'tools/call', params: { name: tool, arguments: input } });
    return toolResultSchema.parse(resultOf(answer));
  } finally {
    if (session !== null) await endSession(url, headers);
  }
}

async function endSession(url: string, headers: Record<string, string>): Promise<void> {
  try {
    await fetch(url, { method: 'DELETE', headers, signal: AbortSignal.timeout(1_000), redirect: 'error' });
  } catch {
    // The answer is what counts; a session that was not ended dies of age.
  }
}

/** What is known of a call whose answer did not come. */
function unanswered(tool: string, sent: boolean, cause: unknown): HoldfastError {
  const late = cause instanceof Error && cause.name === 'TimeoutError';
  const definition = Object.hasOwn(catalog, tool) ? catalog[tool] : undefined;
  const changesNothing = definition !== undefined && strongestEffect(definition) === 'read';
  const executed = sent && !changesNothing ? 'unknown' : 'no';
  const code = late ? 'timeout' : executed === 'unknown' ? 'outcome_unknown' : 'link_down';
  const what = late ? 'within the time of --timeout' : `from the bridge (${fetchProblem(cause)})`;
  return new HoldfastError(code, `No answer to ${tool} came ${what}.`, {
    executed,
    retryable: executed === 'no',
    hint:
      executed === 'no'
        ? 'Run "holdfast status", then repeat the call.'
        : 'Read the affected state first; repeat the call only if its effect is missing.',
    cause,
  });
}

function resultOf({ status, text }: Answer): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: said below with what came instead.
  }
  const { data } = answerSchema.safeParse(json);
  if (data?.error !== undefined) throw new McpCallError(data.error.message);
  if (status !== 200 || data?.result === undefined)
    throw new McpCallError(`the bridge answered ${status}: ${text.slice(0, 200)}`);
  return data.result;
}
