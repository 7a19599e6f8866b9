import assert from 'node:assert/strict';
import type { WorkspaceServer } from '../../../../extension/servers/window-servers.ts';
import { presentQuestions } from '../../../../extension/ui/question-text.ts';
import { ServerLog } from '../../../../extension/ui/server-log.ts';
import { describeServer, type ServerLine, serverLabel, serverLines } from '../../../../extension/ui/server-text.ts';
import { renderTooltip } from '../../../../extension/ui/status-tooltip.ts';
import type { StatusMessage } from '../../../../shared/protocol.ts';
import { memoryLog } from '../../../support/memory-log.ts';

const whole = { args: [], env: {}, headers: {}, trustHints: false };
const server: WorkspaceServer = {
  key: 'k',
  name: 'docs',
  config: { ...whole, command: 'node', args: ['tools/docs.mjs', '--port\n\u202e1'], env: { A: '1' }, cwd: '/w' },
  setting: { where: '.vscode/settings.json', file: 'file:///w/.vscode/settings.json' },
  replaces: true,
};
const remote: WorkspaceServer = {
  ...server,
  config: { ...whole, url: 'https://example.org/mcp', headers: { 'x-key': '${env:KEY}' }, trustHints: true },
  replaces: false,
};

describe('The text of MCP servers', () => {
  it('is one line that says what would run, and the whole of it in lines', () => {
    assert.equal(serverLabel(server), 'Run MCP server docs: node tools/docs.mjs --port 1');
    assert.equal(
      describeServer(server),
      [
        'The settings of this workspace (.vscode/settings.json) want to run a program on this machine, as the MCP server "docs":',
        '    node',
        '    tools/docs.mjs',
        '    --port 1',
        'in the folder /w',
        'with the environment',
        '    A = 1',
        'It takes the place of your own server of this name in this window.',
        'All agents of this machine can then use it. A change of the setting is asked about again.',
      ].join('\n'),
    );
    const long = { ...server, config: { ...server.config, args: ['x'.repeat(500)] } };
    assert.ok(serverLabel(long).length <= 100 && serverLabel(long).endsWith('…'));
  });

  it('says where calls would go', () => {
    assert.equal(serverLabel(remote), 'Use MCP server docs: https://example.org/mcp');
    assert.equal(
      describeServer(remote),
      [
        'The settings of this workspace (.vscode/settings.json) want agents to use the MCP server "docs", which gets what they send it:',
        '    https://example.org/mcp',
        'with the headers',
        '    x-key = ${env:KEY}',
        'Its calls may be repeated when it says that this does no harm.',
        'All agents of this machine can then use it. A change of the setting is asked about again.',
      ].join('\n'),
    );
  });

  it('stands among the questions of the status bar', () => {
    assert.deepEqual(presentQuestions([], [remote]), {
      text: '$(question) Holdfast: 1 question',
      label: 'Holdfast: 1 question. This workspace wants to use MCP servers.',
      tooltip: 'This workspace wants to use MCP servers:\n• Use MCP server docs: https://example.org/mcp',
    });
  });

  const status: StatusMessage = {
    type: 'status',
    agents: [],
    counters: { stale: 0, healed: 0, rehydrated: 0 },
    recentCalls: [],
    upstreams: [
      { name: 'good', state: 'ready', tools: 1, from: ['w-1', 'w-2'] },
      { name: 'bad', state: 'away', reason: 'nobody listens', tools: 0, from: ['w-1'] },
      { name: 'new', state: 'connecting', tools: 0, from: ['w-1'] },
      { name: 'theirs', state: 'ready', tools: 9, from: ['w-2'] },
    ],
    refusedUpstreams: [
      { name: 'theirs', window: 'w-1', reason: 'another window has another one' },
      { name: 'good', window: 'w-3', reason: 'of another window' },
    ],
  };
  const config = { ...whole, url: 'http://127.0.0.1:1/' };
  const mine = {
    offers: { good: config, bad: config, new: config, theirs: config },
    problems: [{ name: 'none', reason: 'needs a url' }],
    workspace: [server, { ...server, name: 'no' }, { ...server, name: 'good' }],
    decisionOn: ({ name }: WorkspaceServer) =>
      name === 'no' ? ('denied' as const) : name === 'good' ? ('allowed' as const) : undefined,
  };
  const online = (features: readonly string[]) =>
    ({
      kind: 'online',
      sinceMs: 0,
      bridge: { instance: 'i', version: '0.1.0', port: 1, editorId: 'w-1', features },
    }) as const;
  const text = (lines: readonly ServerLine[]) => lines.map(({ name, kind, text: said }) => `${kind} ${name}: ${said}`);
  const own = ['waiting docs: waits for your answer', 'denied no: denied', 'problem none: needs a url'];

  it('tells how each server of this window is doing', () => {
    assert.deepEqual(text(serverLines(mine, online(['window-upstreams']), status)), [
      'ready good: 1 tool',
      'problem bad: nobody listens',
      'connecting new: connecting',
      'problem theirs: another window has another one',
      ...own,
    ]);
    assert.deepEqual(text(serverLines(mine, { kind: 'stopped' }, undefined)), own);
  });

  it('says that a bridge is too old to take any', () => {
    const [first] = serverLines(mine, online([]), status);
    assert.match(first?.text ?? '', /^bridge 0\.1\.0 does not take servers from windows/);
  });

  it('is one line each in the tooltip, as text and not as Markdown', () => {
    const lines = [{ name: 'a_b', kind: 'problem', text: '[x](command:y)' }] as const;
    assert.match(
      renderTooltip({ kind: 'stopped' }, undefined, lines),
      /MCP servers of this window\n\n- \$\(warning\) a\\_b: \\\[x\\\]\\\(command:y\\\)$/,
    );
  });

  it('is written into the log once for as long as it lasts', () => {
    const { log, lines } = memoryLog();
    const serverLog = new ServerLog(log);
    const problem: ServerLine = { name: 'bad', kind: 'problem', text: 'away' };
    serverLog.take([problem, { name: 'good', kind: 'ready', text: '1 tool' }]);
    serverLog.take([problem, { name: 'new', kind: 'connecting', text: 'connecting' }]);
    serverLog.take([]);
    serverLog.take([problem]);
    assert.deepEqual(lines, [
      'warn MCP server "bad": away',
      'info MCP server "good": 1 tool',
      'warn MCP server "bad": away',
    ]);
  });
});
