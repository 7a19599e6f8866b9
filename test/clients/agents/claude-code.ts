import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Client, Place } from './agent.ts';
import { type ClientCommand, clientEnvironment, runClient } from './client-process.ts';
import { copiedConfig } from './copied-config.ts';
import { ModelAgent, prompt } from './model-agent.ts';
import { required } from './required.ts';

export const claudeCode: Client = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  ways: ['HTTP', 'shim'],
  life: 'all steps',
  open: (place) => {
    const program = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
    return open(place, { command: required(place, program, 'claude'), args: [] });
  },
};

/** The current one prefers the modern era, so one that does not know it stands for the sessions of the legacy era. */
export const claudeCodeLegacy: Client = {
  name: 'Claude Code, older',
  package: 'claude-code-legacy',
  ways: ['HTTP', 'shim'],
  life: 'all steps',
  open: (place) =>
    open(place, { command: place.installation.node, args: [required(place, 'claude-code-legacy', 'cli.js')] }),
};

async function open(place: Place, { command, args }: ClientCommand): Promise<ModelAgent> {
  const env = environment(place);
  // The copied text is a command line that says `claude`.
  const bin = path.join(place.home, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'claude'), `#!/bin/sh\nexec '${[command, ...args].join("' '")}' "$@"\n`, {
    mode: 0o755,
  });
  const withClaude = { ...env, PATH: `${bin}${path.delimiter}${clientEnvironment(place)['PATH']}` };
  await runClient({ command: 'sh', args: ['-c', copiedConfig('Claude Code', place)], env: withClaude }, place);
  const talk = ['-p', prompt, '--output-format', 'stream-json', '--verbose', '--allowedTools', 'mcp__holdfast'];
  return new ModelAgent({ command, args: [...args, ...talk], env }, place);
}

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
