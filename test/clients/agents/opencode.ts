import type { Client } from './agent.ts';
import { copiedConfig, writeMerged } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

// Not `opencode-ai`, which also asks for packages that not every registry has.
const platformPackage = `opencode-${process.platform}-${process.arch}`;

export const opencode: Client = {
  name: 'opencode',
  package: platformPackage,
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const settings = {
      autoupdate: false,
      share: 'disabled',
      model: 'test/test',
      provider: {
        test: {
          npm: '@ai-sdk/openai-compatible',
          options: { baseURL: `${place.model.origin}/v1`, apiKey: 'none' },
          models: { test: { name: 'test', tool_call: true, limit: { context: 100_000, output: 10_000 } } },
        },
      },
    };
    writeMerged(place, '.config/opencode/opencode.json', copiedConfig('opencode', place), settings);
    return new ModelAgent(
      {
        command: required(place, platformPackage, 'bin/opencode'),
        args: ['run', '--auto', '--print-logs', prompt],
        env: {
          OPENCODE_DISABLE_AUTOUPDATE: '1',
          OPENCODE_DISABLE_MODELS_FETCH: '1',
          OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
          OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
        },
      },
      place,
    );
  },
};
