import { windowHeader } from '../shared/agent-headers.ts';
import { limits } from '../shared/limits.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import { type BridgeLook, fetchStatus } from './bridge-client.ts';
import { silentBridge } from './claim-state-dir.ts';
import { type CallOptions, exitCodes, type StatusOptions } from './cli.ts';
import { failureLine } from './command-failure.ts';
import { callTool } from './mcp-call.ts';
import { McpCallError } from './mcp-call-error.ts';
import { readSecret } from './state-dir.ts';
import { describeStatus } from './status.ts';

export interface CommandDeps {
  readonly version: string;
  readonly look: (stateDir: string) => Promise<BridgeLook>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** The environment's window id: which window the shell belongs to. */
  readonly window: string | undefined;
  /** The working directory, if there is one. */
  readonly folder: string | undefined;
  readonly timeout: (ms: number) => AbortSignal;
}

/** `holdfast status` */
export async function status({ stateDir, json }: StatusOptions, deps: CommandDeps): Promise<number> {
  const running = await findWithToken(stateDir, deps);
  if (running === undefined) {
    deps.stdout(json ? `${JSON.stringify({ running: false, stateDir })}\n` : `${noBridge(stateDir)}\n`);
    return exitCodes.notRunning;
  }
  const answer = await fetchStatus(running.bridge, running.token, limits.proofMs);
  deps.stdout(json ? `${JSON.stringify({ running: true, stateDir, ...asObject(answer) })}\n` : describeStatus(answer));
  return exitCodes.ok;
}

/** `holdfast call` */
export async function call(options: CallOptions, deps: CommandDeps): Promise<number> {
  const running = await findWithToken(options.stateDir, deps);
  if (running === undefined) {
    const text = noBridge(options.stateDir);
    if (options.json) deps.stdout(failureLine(text));
    else deps.stderr(`${text}\n`);
    return exitCodes.notRunning;
  }
  const { isError, content, structuredContent, _meta } = await callTool(options.tool, options.input, {
    bridge: running.bridge,
    token: running.token,
    version: deps.version,
    window: windowHeader(options.window, deps.window),
    folder: deps.folder,
    signal: deps.timeout(options.timeoutMs),
  });
  const text = content.map((part) => part.text ?? `[${part.type}]`).join('\n');
  if (options.json)
    deps.stdout(`${JSON.stringify(isError ? { isError, text, ..._meta } : (structuredContent ?? { text }))}\n`);
  else if (isError) deps.stderr(`${text}\n`);
  else deps.stdout(`${text}\n`);
  return isError ? exitCodes.failed : exitCodes.ok;
}

/** @throws McpCallError when there is a bridge that does not answer */
async function findWithToken(
  stateDir: string,
  { look }: CommandDeps,
): Promise<{ readonly bridge: BridgeFile; readonly token: string } | undefined> {
  const seen = await look(stateDir);
  if (seen.kind === 'silent') throw new McpCallError(silentBridge(seen.bridge));
  const token = seen.kind === 'none' ? undefined : readSecret(stateDir, 'token');
  return seen.kind === 'none' || token === undefined ? undefined : { bridge: seen.bridge, token };
}

function noBridge(stateDir: string): string {
  return `No bridge runs on ${stateDir}. Open VS Code with the Holdfast extension, or run: holdfast serve`;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
