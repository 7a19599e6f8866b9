import type { Client } from './agent.ts';
import { copiedConfig, writeMerged } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

export const geminiCli: Client = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const settings = {
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    };
    writeMerged(place, '.gemini/settings.json', copiedConfig('Gemini CLI', place), settings);
    const program = required(place, '@google/gemini-cli', 'bundle/gemini.js');
    const args = ['-p', prompt, '--yolo', '--skip-trust', '-m', 'gemini-2.5-flash', '-o', 'stream-json'];
    return new ModelAgent(
      {
        command: place.installation.node,
        args: [program, ...args],
        env: { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: place.model.origin, GEMINI_CLI_NO_RELAUNCH: '1' },
      },
      place,
    );
  },
};
