import type { Client } from './agent.ts';
import { copiedConfig, copiedServer, writeHome } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

const platformPackage = `@github/copilot-${process.platform}-${process.arch}`;

export const copilot: Client = {
  name: 'Copilot CLI',
  package: '@github/copilot',
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const { name, server } = copiedServer(copiedConfig('Cursor', place));
    const config = {
      mcpServers: { [name]: { type: place.way === 'HTTP' ? 'http' : 'local', tools: ['*'], ...server } },
    };
    writeHome(place, '.copilot/mcp-config.json', JSON.stringify(config));
    const quiet = ['--disable-builtin-mcps', '--disable-client-telemetry', '--no-auto-update', '--log-level', 'all'];
    return new ModelAgent(
      {
        command: required(place, platformPackage, 'copilot'),
        args: ['-p', prompt, '--allow-all-tools', ...quiet],
        env: { COPILOT_PROVIDER_BASE_URL: `${place.model.origin}/v1`, COPILOT_MODEL: 'test', COPILOT_OFFLINE: 'true' },
      },
      place,
    );
  },
};
