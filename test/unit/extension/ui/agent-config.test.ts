import assert from 'node:assert/strict';
import { parse as parseToml } from 'smol-toml';
import { agentConfigs } from '../../../../extension/ui/agent-config.ts';

const url = 'http://127.0.0.1:41234/mcp';
const token = 'q9_Zx-0123456789abcdefABCDEF';
const headers = { Authorization: `Bearer ${token}` };

function textFor(label: string): string {
  const config = agentConfigs({ url, token }).find((candidate) => candidate.label === label);
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
    const configs = agentConfigs({ url, token });
    assert.deepEqual(
      configs.map(({ label, kind }) => `${label}: ${kind}`),
      ['Claude Code: command', 'Codex: file', 'Cursor: file', 'VS Code: file', 'opencode: file', 'Gemini CLI: file'],
    );
    for (const { label, kind, where } of configs) {
      assert.match(where, kind === 'command' ? /terminal/ : /~\/\.|Open User Configuration/, label);
      assert.match(where, /token/, `${label} warns that the text holds the token`);
    }
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
