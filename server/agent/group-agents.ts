import type { StatusMessage } from '../../shared/protocol.ts';

/** One entry for each name and version, with the sum of their sessions: several windows of one agent are one agent. */
export function groupAgents(agents: StatusMessage['agents']): StatusMessage['agents'] {
  const groups = new Map<string, StatusMessage['agents'][number]>();
  for (const { name, version, sessions } of agents) {
    const key = `${name}\n${version}`;
    groups.set(key, { name, version, sessions: (groups.get(key)?.sessions ?? 0) + sessions });
  }
  return [...groups.values()];
}
