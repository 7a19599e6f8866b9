import assert from 'node:assert/strict';
import { parse as parseToml } from 'smol-toml';
import { agentConfigs } from '../../../../extension/ui/agent-config.ts';
import { shimCommand } from '../../../../extension/ui/shim-config.ts';

const url = 'http://127.0.0.1:41234/mcp';
const token = 'q9_Zx-0123456789abcdefABCDEF';
const headers = { Authorization: `Bearer ${token}` };

const launcher = '/home/a user/.holdfast/bin/holdfast';
const place = { platform: 'linux', launcher, stateDir: '/s', defaultStateDir: '/s' };
const shim = shimCommand(place);

function textFor(agent: string, way = 'HTTP', command = shim): string {
  const label = `${agent} (${way})`;
  const config = agentConfigs({ url, token, shim: command }).find((candidate) => candidate.label === label);
  assert.ok(config, `no configuration for ${label}`);
  return config.text;
}

/** Splits a POSIX shell line with double quotes and no expansions. */
function shellWords(line: string): string[] {
  assert.doesNotMatch(line, /[$`\\!']/, 'nothing that a shell would expand');
  return [...line.trim().matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

describe('agent configurations', () => {
  it('name six agents, each with a place for the text, and never a file of a project', () => {
    const agents = ['Claude Code', 'Codex', 'Cursor', 'VS Code', 'opencode', 'Gemini CLI'];
    const configs = agentConfigs({ url, token, shim });
    assert.deepEqual(
      configs.map(({ label, kind }) => `${label}: ${kind}`),
      agents.flatMap((agent, index) =>
        ['stdio', 'HTTP'].map((way) => `${agent} (${way}): ${index === 0 ? 'command' : 'file'}`),
      ),
    );
    for (const { label, kind, where, text } of configs) {
      assert.match(where, kind === 'command' ? /terminal/ : /~\/\.|Open User Configuration/, label);
      assert.equal(text.includes(token), label.endsWith('(HTTP)'), label);
      assert.match(where, text.includes(token) ? /holds the token|token also stays/ : /holds no token/, label);
    }
    assert.deepEqual(
      agentConfigs({ url, token, shim: undefined }).map(({ label }) => label),
      agents.map((agent) => `${agent} (HTTP)`),
    );
  });

  it('run the shim by its launcher, which is named in full and needs no environment', () => {
    assert.deepEqual(shellWords(textFor('Claude Code', 'stdio')), [
      ...['claude', 'mcp', 'add', '--transport', 'stdio', '--scope', 'user', 'holdfast', '--', launcher, 'stdio'],
    ]);
    assert.deepEqual(structuredClone(parseToml(textFor('Codex', 'stdio'))), {
      mcp_servers: { holdfast: { command: launcher, args: ['stdio'], env_vars: ['HOLDFAST_WINDOW'] } },
    });
    const server = { command: launcher, args: ['stdio'] };
    assert.deepEqual(JSON.parse(textFor('Cursor', 'stdio')), {
      mcpServers: { holdfast: { type: 'stdio', ...server } },
    });
    assert.deepEqual(JSON.parse(textFor('VS Code', 'stdio')), { servers: { holdfast: { type: 'stdio', ...server } } });
    assert.deepEqual(JSON.parse(textFor('opencode', 'stdio')), {
      $schema: 'https://opencode.ai/config.json',
      mcp: { holdfast: { type: 'local', command: [launcher, 'stdio'], enabled: true } },
    });
    assert.deepEqual(JSON.parse(textFor('Gemini CLI', 'stdio')), { mcpServers: { holdfast: server } });
  });

  it('name a state directory of the person’s own, and the command interpreter of Windows', () => {
    const windows = shimCommand({ ...place, platform: 'win32', launcher: 'C:\\h\\bin\\holdfast', stateDir: 'D:\\s' });
    assert.deepEqual(windows, {
      command: 'cmd',
      args: ['/c', 'C:\\h\\bin\\holdfast.cmd', 'stdio', '--state-dir', 'D:\\s'],
    });
    assert.match(
      textFor('Claude Code', 'stdio', windows),
      / -- cmd \/c C:\\h\\bin\\holdfast\.cmd stdio --state-dir D:\\s\n$/,
    );
  });

  it('give Claude Code one command whose words are the transport, the scope, the name, the URL and the header', () => {
    assert.deepEqual(shellWords(textFor('Claude Code')), [
      ...['claude', 'mcp', 'add', '--transport', 'http', '--scope', 'user', 'holdfast', url],
      ...['--header', `Authorization: Bearer ${token}`],
    ]);
  });

  it('give Codex a TOML table with the URL and a literal header', () => {
    assert.deepEqual(structuredClone(parseToml(textFor('Codex'))), {
      mcp_servers: { holdfast: { url, http_headers: headers } },
    });
  });

  it('give Cursor an mcpServers entry', () => {
    assert.deepEqual(JSON.parse(textFor('Cursor')), { mcpServers: { holdfast: { url, headers } } });
  });

  it('give VS Code a servers entry of type http', () => {
    assert.deepEqual(JSON.parse(textFor('VS Code')), { servers: { holdfast: { type: 'http', url, headers } } });
  });

  it('give opencode a remote server that never starts a sign-in', () => {
    assert.deepEqual(JSON.parse(textFor('opencode')), {
      $schema: 'https://opencode.ai/config.json',
      mcp: { holdfast: { type: 'remote', url, headers, oauth: false, enabled: true } },
    });
  });

  it('give Gemini CLI the Streamable HTTP form', () => {
    assert.deepEqual(JSON.parse(textFor('Gemini CLI')), { mcpServers: { holdfast: { httpUrl: url, headers } } });
  });
});
