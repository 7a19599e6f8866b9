import type { StatusMessage } from '../../shared/protocol.ts';
import type { LinkState } from '../link/link-state.ts';
import { oneLine, withoutIcons } from './one-line.ts';
import type { ServerLine } from './server-text.ts';

const recentCallsShown = 5;

/**
 * Makes text safe inside Markdown: names come from agents and folders. Icons are looked for in what Markdown has made of
 * it, so they are escaped before.
 */
function plain(text: string): string {
  return withoutIcons(oneLine(text)).replaceAll(/[\\`*_{}[\]()#+\-.!|<>&~$]/g, '\\$&');
}

function describeLink(state: LinkState): string[] {
  switch (state.kind) {
    case 'stopped':
      return ['The link is off.'];
    case 'connecting':
      return [`Connecting to the bridge, attempt ${state.attempt}.`];
    case 'online':
      return [
        `Connected to the bridge on port ${state.bridge.port}, version ${plain(state.bridge.version)}.`,
        `This window is \`${state.bridge.editorId}\` to agents.`,
      ];
    case 'waiting':
      return [`Waiting to reconnect: ${plain(state.reason)}`];
    case 'refused':
      return [`Refused: ${plain(state.reason)}`];
  }
}

function describeAgents(status: StatusMessage): string[] {
  if (status.agents.length === 0) return ['No agent is connected.'];
  return status.agents.map(
    ({ name, version, sessions }) =>
      `- ${plain(name)} ${plain(version)}${sessions === 1 ? '' : `, ${sessions} sessions`}`,
  );
}

const serverIcons: Readonly<Record<ServerLine['kind'], string>> = {
  ready: '$(check)',
  connecting: '$(sync)',
  waiting: '$(question)',
  denied: '$(circle-slash)',
  problem: '$(warning)',
};

function describeServerLine({ name, kind, text }: ServerLine): string {
  return `- ${serverIcons[kind]} ${plain(name)}: ${plain(text)}`;
}

/** The tooltip as Markdown. Made anew only when state or status change, so that it does not flicker under the pointer. */
export function renderTooltip(
  state: LinkState,
  status: StatusMessage | undefined,
  servers: readonly ServerLine[],
): string {
  const blocks = ['**Holdfast: MCP bridge**', describeLink(state).join('  \n')];
  if (state.kind === 'online' && status !== undefined) {
    blocks.push(describeAgents(status).join('\n'));
    const calls = status.recentCalls
      .slice(-recentCallsShown)
      .map(
        ({ tool, agent, ok, ms }) =>
          `- ${ok ? '$(check)' : '$(warning)'} ${plain(tool)}, ${Math.round(ms)} ms, ${plain(agent)}`,
      );
    if (calls.length > 0) blocks.push(`Last calls\n\n${calls.join('\n')}`);
    const { stale, healed, rehydrated } = status.counters;
    if (stale + healed + rehydrated > 0) {
      const last = status.sessionEvents?.at(-1);
      const counts = `Agent sessions: ${stale} stale, ${healed} healed, ${rehydrated} rehydrated`;
      blocks.push(last === undefined ? counts : `${counts}  \nLast: ${plain(last.text)}`);
    }
  }
  if (servers.length > 0) blocks.push(`MCP servers of this window\n\n${servers.map(describeServerLine).join('\n')}`);
  return blocks.join('\n\n');
}
