import type { Client } from './agent.ts';
import { copiedConfig, writeHome } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

export const codex: Client = {
  name: 'Codex',
  package: '@openai/codex',
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const settings = [
      'model = "gpt-5.1-codex"',
      'model_provider = "test"',
      'check_for_update_on_startup = false',
      '[analytics]',
      'enabled = false',
      '[model_providers.test]',
      'name = "test"',
      `base_url = "${place.model.origin}/v1"`,
      'wire_api = "responses"',
    ];
    writeHome(place, '.codex/config.toml', `${settings.join('\n')}\n${copiedConfig('Codex', place)}`);
    const program = required(place, '@openai/codex', 'bin/codex.js');
    const args = ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt];
    return new ModelAgent({ command: place.installation.node, args: [program, ...args] }, place);
  },
};
