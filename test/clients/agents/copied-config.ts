import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { agentConfigs } from '../../../extension/ui/agent-config.ts';
import type { Place } from './agent.ts';

/** What a person gets from "Copy Agent Configuration" for this agent. Clients that it does not name take Cursor's. */
export function copiedConfig(agent: string, { endpoint, way }: Place): string {
  const label = `${agent} (${way === 'HTTP' ? 'HTTP' : 'stdio'})`;
  const config = agentConfigs(endpoint).find((each) => each.label === label);
  if (config === undefined) throw new Error(`there is no configuration to copy for ${label}`);
  return config.text;
}

/** Merges the copied JSON into a file below the client's home, with the settings that the test needs. */
export function writeMerged(place: Place, file: string, copied: string, settings: object = {}): string {
  return writeHome(place, file, JSON.stringify({ ...settings, ...JSON.parse(copied) }, undefined, 2));
}

export function writeHome({ home }: Place, file: string, text: string): string {
  const target = path.join(home, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

/** The name under which the copied text makes our server known, and what it says of it. */
export function copiedServer(copied: string): { readonly name: string; readonly server: Record<string, unknown> } {
  const [[name, server] = ['', {}]] = Object.entries<Record<string, unknown>>(JSON.parse(copied).mcpServers);
  return { name, server };
}
