import { z } from 'zod';
import type { EditorSession } from './editors/editor-call.ts';

const statusSchema = z.object({
  instance: z.string(),
  version: z.string(),
  pid: z.number(),
  url: z.string(),
  uptimeMs: z.number(),
  /** The user's port, when another program holds it. */
  strangerOn: z.number().optional(),
  /** What of `config.json` is not used. */
  problems: z.array(z.string()).optional(),
  windows: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      folders: z.array(z.string()),
      readiness: z.string(),
    }),
  ),
  /** MCP servers behind the bridge. */
  upstreams: z
    .array(
      z.object({
        name: z.string(),
        state: z.string(),
        reason: z.string().optional(),
        speaks: z.string().optional(),
        tools: z.number(),
        prompts: z.number().default(0),
        resources: z.number().default(0),
        /** `config.json`, or the ids of the windows that offer it. */
        from: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  /** What windows offer and is not used. */
  refusedUpstreams: z.array(z.object({ name: z.string(), window: z.string(), reason: z.string() })).optional(),
  agents: z.array(z.object({ name: z.string(), version: z.string(), sessions: z.number() })),
  /** What became of agents' sessions. */
  counters: z.record(z.string(), z.number()),
  sessionEvents: z.array(z.unknown()).optional(),
  calls: z.object({
    finished: z.number(),
    failed: z.number(),
    pending: z.number(),
    recentCalls: z.array(z.unknown()).readonly(),
  }),
  /** Results of windows that no call was waiting for. */
  droppedResults: z.number(),
});
/** What `/status` answers, as far as this version knows it. */
export type BridgeStatus = z.infer<typeof statusSchema>;

export function describeWindow({ id, window, readiness }: EditorSession): BridgeStatus['windows'][number] {
  return { id, name: window.name, folders: window.folders.map(({ path }) => path), readiness };
}

/** The status as people read it; an answer of another version is shown as it came. */
export function describeStatus(answer: unknown): string {
  const { data: status } = statusSchema.safeParse(answer);
  if (status === undefined) return `${JSON.stringify(answer, undefined, 2)}\n`;
  const { windows, agents, calls, strangerOn } = status;
  const lines = [
    `Holdfast ${status.version} at ${status.url} (pid ${status.pid}, up ${duration(status.uptimeMs)})`,
    ...(strangerOn === undefined
      ? []
      : [`WARNING: another program holds your port ${strangerOn}; agents configured for it do not reach this bridge.`]),
    ...(status.problems ?? []).map((problem) => `WARNING: ${problem}`),
    windows.length === 0 ? 'No window is connected.' : `Windows (${windows.length}):`,
    ...windows.map(
      ({ id, name, folders, readiness }) =>
        `  ${id}  ${name}, ${readiness}${folders.map((folder) => `\n    ${folder}`).join('')}`,
    ),
    ...(status.upstreams ?? []).map(
      ({ name, state, reason, speaks, tools, prompts, resources, from }) =>
        `MCP server ${name}: ${state}${reason === undefined ? '' : ` (${reason})`}, ${tools} tools, ${prompts} prompts, ${resources} resources${speaks === undefined ? '' : `, ${speaks}`}${from === undefined ? '' : `, from ${from.join(', ')}`}`,
    ),
    ...(status.refusedUpstreams ?? []).map(
      ({ name, window, reason }) => `WARNING: MCP server ${name} of window ${window} is not used: ${reason}`,
    ),
    agents.length === 0 ? 'No agent has a session.' : `Agents (${agents.length}):`,
    ...agents.map(
      ({ name, version, sessions }) => `  ${name} ${version}, ${sessions} session${sessions === 1 ? '' : 's'}`,
    ),
    `Agent sessions since the start: ${Object.entries(status.counters)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
    `Calls: ${calls.finished} done, ${calls.failed} of them failed, ${calls.pending} running`,
  ];
  return `${lines.join('\n')}\n`;
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
