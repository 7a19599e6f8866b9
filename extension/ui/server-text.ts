/** What the person reads of MCP servers that this window offers. No `vscode`, so that it is tested as text. */
import { bridgeFeatures } from '../../shared/bridge-features.ts';
import { limits } from '../../shared/limits.ts';
import type { StatusMessage } from '../../shared/protocol.ts';
import type { LinkState } from '../link/link-state.ts';
import type { Decision } from '../servers/consents.ts';
import type { WindowServers, WorkspaceServer } from '../servers/window-servers.ts';
import { oneLine } from './one-line.ts';

/** In one line: what would be done. */
export function serverLabel({ name, config }: WorkspaceServer): string {
  const { url, command, args } = config;
  const what =
    url === undefined ? `Run MCP server ${name}: ${[command, ...args].join(' ')}` : `Use MCP server ${name}: ${url}`;
  const line = oneLine(what);
  return line.length <= limits.approvalLineMaxChars ? line : `${line.slice(0, limits.approvalLineMaxChars - 1)}…`;
}

/** Whole and exact, in lines: what is allowed is this. */
export function describeServer({ name, config, setting, replaces }: WorkspaceServer): string {
  const { url, command, args, cwd, env, headers, trustHints } = config;
  const pairs = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).map(([key, value]) => `    ${oneLine(key)} = ${oneLine(value)}`);
  const lines =
    url === undefined
      ? [
          `The settings of this workspace (${setting.where}) want to run a program on this machine, as the MCP server "${name}":`,
          ...[command ?? '', ...args].map((part) => `    ${oneLine(part)}`),
          ...(cwd === undefined ? [] : [`in the folder ${oneLine(cwd)}`]),
          ...(Object.keys(env).length === 0 ? [] : ['with the environment', ...pairs(env)]),
        ]
      : [
          `The settings of this workspace (${setting.where}) want agents to use the MCP server "${name}", which gets what they send it:`,
          `    ${oneLine(url)}`,
          ...(Object.keys(headers).length === 0 ? [] : ['with the headers', ...pairs(headers)]),
        ];
  return [
    ...lines,
    ...(trustHints ? ['Its calls may be repeated when it says that this does no harm.'] : []),
    ...(replaces ? ['It takes the place of your own server of this name in this window.'] : []),
    'All agents of this machine can then use it. A change of the setting is asked about again.',
  ].join('\n');
}

/** For a list of all of them. */
export function describeDecision(decision: Decision | undefined): string {
  switch (decision) {
    case 'allowed':
      return 'allowed';
    case 'denied':
      return 'denied';
    case undefined:
      return 'waits for your answer';
  }
}

export interface ServerLine {
  readonly name: string;
  readonly kind: 'ready' | 'connecting' | 'waiting' | 'denied' | 'problem';
  readonly text: string;
}

/** How each server of this window is doing, as far as it is known; a name may have several lines. */
export function serverLines(
  servers: Pick<WindowServers, 'offers' | 'problems' | 'workspace' | 'decisionOn'>,
  state: LinkState,
  status: StatusMessage | undefined,
): readonly ServerLine[] {
  const problems = servers.problems.map(({ name, reason }): ServerLine => ({ name, kind: 'problem', text: reason }));
  const undecided = servers.workspace.flatMap((server): ServerLine[] => {
    const decision = servers.decisionOn(server);
    const kind = decision ?? 'waiting';
    return kind === 'allowed' ? [] : [{ name: server.name, kind, text: describeDecision(decision) }];
  });
  const offered =
    state.kind === 'online'
      ? Object.keys(servers.offers).flatMap((name) => lineOf(name, state.bridge, status) ?? [])
      : [];
  return [...offered, ...undecided, ...problems];
}

function lineOf(
  name: string,
  { features, version, editorId }: Extract<LinkState, { kind: 'online' }>['bridge'],
  status: StatusMessage | undefined,
): ServerLine | undefined {
  if (!features.includes(bridgeFeatures.windowUpstreams)) {
    const text = `bridge ${version} does not take servers from windows; it has to be replaced by a newer one`;
    return { name, kind: 'problem', text };
  }
  const refused = status?.refusedUpstreams?.find((each) => each.name === name && each.window === editorId);
  if (refused !== undefined) return { name, kind: 'problem', text: refused.reason };
  const server = status?.upstreams?.find((each) => each.name === name);
  if (server === undefined) return undefined;
  const { state, reason, tools } = server;
  if (state === 'ready') return { name, kind: 'ready', text: tools === 1 ? '1 tool' : `${tools} tools` };
  return reason === undefined ? { name, kind: 'connecting', text: state } : { name, kind: 'problem', text: reason };
}
