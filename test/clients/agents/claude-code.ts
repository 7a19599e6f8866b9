import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Client, Place } from './agent.ts';
import { clientEnvironment, runClient } from './client-process.ts';
import { copiedConfig } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

const platformPackage = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;

export const claudeCode: Client = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  ways: ['HTTP', 'shim'],
  life: 'all steps',

  async open(place) {
    const env = environment(place);
    const command = required(place, platformPackage, 'claude');
    // The copied text is a command line that says `claude`.
    const bin = path.join(place.home, 'bin');
    mkdirSync(bin);
    symlinkSync(command, path.join(bin, 'claude'));
    const withClaude = { ...env, PATH: `${bin}${path.delimiter}${clientEnvironment(place)['PATH']}` };
    await runClient({ command: 'sh', args: ['-c', copiedConfig('Claude Code', place)], env: withClaude }, place);
    const output = ['--output-format', 'stream-json', '--verbose'];
    return new ModelAgent({ command, args: ['-p', prompt, '--allowedTools', 'mcp__holdfast', ...output], env }, place);
  },
};

function environment({ model }: Place): NodeJS.ProcessEnv {
  return {
    ANTHROPIC_BASE_URL: model.origin,
    ANTHROPIC_API_KEY: 'none',
    // Else the model would have to look for our tools before it sees them.
    ENABLE_TOOL_SEARCH: 'false',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  };
}
