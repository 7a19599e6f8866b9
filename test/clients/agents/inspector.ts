import type { Agent, Client, Place } from './agent.ts';
import { runClient } from './client-process.ts';
import { CommandAgent } from './command-agent.ts';
import { copiedConfig, copiedServer, writeHome } from './copied-config.ts';
import { required } from './required.ts';

const inspector = '@modelcontextprotocol/inspector';

/** One command, one connection: every step begins anew. */
export const inspectorCli: Client = {
  name: 'Inspector CLI',
  package: inspector,
  ways: ['HTTP', 'shim'],
  life: 'one step',

  async open(place) {
    const { name, file } = writeConfig(place);
    const program = required(place, inspector, 'clients/launcher/build/index.js');
    const command = (...args: readonly string[]) => ({
      command: place.installation.node,
      args: [program, '--cli', '--config', file, '--server', name, '--format', 'json', ...args],
    });
    return new CommandAgent({
      place,
      list: command('--method', 'tools/list'),
      call: (input) =>
        command('--method', 'tools/call', '--tool-name', 'edit_buffer', '--tool-args-json', JSON.stringify(input)),
    });
  },
};

/** Its other program, whose daemon keeps a connection between commands. */
export const inspectorMcpdo: Client = {
  name: 'Inspector mcpdo',
  package: inspector,
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place): Promise<Agent> {
    const { name, file } = writeConfig(place);
    const program = required(place, inspector, 'clients/mcpdo/build/mcp-bin.js');
    const command = (...args: readonly string[]) => ({
      command: place.installation.node,
      args: [program, '--format', 'json', ...args],
    });
    const named = `@${name}`;
    await runClient(command('--config', file, 'connect', name), place);
    return new CommandAgent({
      place,
      list: command(named, 'tools/list'),
      call: (input) => command(named, 'tools/call', 'edit_buffer', '--tool-args-json', JSON.stringify(input)),
      close: async () => {
        await runClient(command('daemon', 'stop'), place);
      },
    });
  },
};

function writeConfig(place: Place): { readonly name: string; readonly file: string } {
  const { name, server } = copiedServer(copiedConfig('Cursor', place));
  const type = place.way === 'HTTP' ? { type: 'streamable-http' } : {};
  const file = writeHome(place, 'mcp.json', JSON.stringify({ mcpServers: { [name]: { ...server, ...type } } }));
  return { name, file };
}
