import { z } from 'zod';
import { agentHeaders } from '../shared/agent-headers.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import { bridgeOrigin } from './bridge-client.ts';

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

/** The bridge refused a request as such (not: the tool failed). */
export class McpCallError extends Error {
  override readonly name = 'McpCallError';
}

/** Calls one tool as any agent does: initialize, tools/call, DELETE on the bridge's MCP endpoint. */
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
  const post = (body: object) =>
    fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      signal: deps.signal,
      redirect: 'error',
    });

  const opened = await post({
    id: 1,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'holdfast-call', version: deps.version } },
  });
  await resultOf(opened);
  const session = opened.headers.get('mcp-session-id');
  if (session !== null) headers['mcp-session-id'] = session;
  headers['mcp-protocol-version'] = protocolVersion;
  try {
    await post({ method: 'notifications/initialized' });
    const answer = await post({ id: 2, method: 'tools/call', params: { name: tool, arguments: input } });
    return toolResultSchema.parse(await resultOf(answer));
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

async function resultOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: said below with what came instead.
  }
  const { data } = answerSchema.safeParse(json);
  if (data?.error !== undefined) throw new McpCallError(data.error.message);
  if (!response.ok || data?.result === undefined)
    throw new McpCallError(`the bridge answered ${response.status}: ${text.slice(0, 200)}`);
  return data.result;
}
