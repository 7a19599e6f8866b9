import { until } from '../../host/deadline.ts';
import type { Client } from './agent.ts';
import { ClientProcess, runClient } from './client-process.ts';
import { CommandAgent } from './command-agent.ts';
import { copiedConfig, copiedServer, writeHome } from './copied-config.ts';
import { required } from './required.ts';

/** Its daemon, which keeps one connection for all commands. */
export const mcporter: Client = {
  name: 'mcporter',
  package: 'mcporter',
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const { name, server } = copiedServer(copiedConfig('Cursor', place));
    const config = { mcpServers: { [name]: { ...server, lifecycle: 'keep-alive' } }, imports: [] };
    const file = writeHome(place, 'mcporter.json', JSON.stringify(config));
    const program = required(place, 'mcporter', 'dist/cli.js');
    const mcporterCommand = (...args: readonly string[]) => ({
      command: place.installation.node,
      args: [program, '--config', file, ...args],
    });
    const daemon = new ClientProcess(mcporterCommand('daemon', 'start', '--foreground'), place);
    await until('the daemon runs', 20_000, async () =>
      (await runClient(mcporterCommand('daemon', 'status'), place)).includes('Daemon pid'),
    );
    return new CommandAgent({
      place,
      list: mcporterCommand('list', name, '--schema', '--json'),
      call: (input) =>
        mcporterCommand('call', `${name}.edit_buffer`, '--args', JSON.stringify(input), '--output', 'json'),
      close: async () => {
        await runClient(mcporterCommand('daemon', 'stop'), place);
        await daemon.end();
      },
    });
  },
};
