import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type Agent, success, textOf } from '../host/agent.ts';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { pick, readTooltip, reload, runCommand } from '../host/workbench.ts';

/** An MCP server of a workspace, without any library: its one tool says in which process and where it runs. */
const program = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
appendFileSync('started.txt', 'x');
const results = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'd', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'where', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: process.pid + ' ' + process.cwd() + ' ' + process.argv[2] }] }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  const result = results[method]?.();
  if (result !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
}
`;

describe('the MCP servers of a workspace', () => {
  let stage: Stage;
  let page: Page;
  let agent: Agent;
  let folder: string;
  const servers = (argument: string) =>
    writeFileSync(
      path.join(folder, '.vscode/settings.json'),
      JSON.stringify(
        {
          'holdfast.upstreams': {
            docs: { command: process.execPath, args: ['docs.mjs', argument], env: { DOCS_LEVEL: '$(check)' } },
            wrong: {},
          },
        },
        undefined,
        2,
      ),
    );

  before(async () => {
    stage = await Stage.open();
    folder = stage.scratch.sample('greeter');
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(folder, 'docs.mjs'), program);
    servers('one');
    page = await stage.linkedWindow(folder);
    agent = await stage.agent();
  });
  after(() => stage?.close());

  const item = () => page.locator('[id="holdfast.holdfast.holdfast.questions"]');
  const row = () => page.locator('.pane-body .monaco-list-row', { hasText: 'Run MCP server docs' });
  const press = async (name: string) => {
    await row().hover();
    await row().getByRole('button', { name }).click();
  };
  const listed = async () => (await agent.tools()).includes('docs__where');
  const where = async () => textOf(success(await agent.call('docs__where'))).trim();

  it('wait for the person without a sound, and the question shows exactly what would run', async () => {
    await item().getByText('Holdfast: 1 question').waitFor();
    assert.equal(await page.locator('.notification-toast').count(), 0);
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
    await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Holdfast"]') }).click();
    await row().hover();
    await page.locator('.monaco-hover', { hasText: 'DOCS_LEVEL' }).waitFor();
    await stage.screenshot(page, 'server-question');

    await item().click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Deny' }).waitFor();
    await stage.screenshot(page, 'server-choices');
    const shown = await page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    assert.ok(
      shown.some((line) => line.includes('DOCS_LEVEL = $(check)')),
      shown.join('\n'),
    );
    // Enter decides nothing: it shows what is asked about.
    await page.keyboard.press('Enter');
    await page.locator('.tab.active', { hasText: 'settings.json' }).waitFor();
    await row().waitFor();
    assert.ok(!(await listed()));
    assert.ok(!existsSync(path.join(folder, 'started.txt')));
  });

  it('run in their folder once they are allowed, and a reload of the window neither asks nor starts them again', async () => {
    await press('Allow Server');
    await item().waitFor({ state: 'hidden' });
    await until('the tool', 20_000, listed);
    const first = await where();
    assert.match(first, new RegExp(`^\\d+ ${folder} one$`));
    await reload(page, async () => {
      await until('the window is gone', 30_000, async () => (await agent.windows())[0]?.readiness === 'reconnecting');
      assert.equal(await where(), first, 'the server stays for the time of the reload');
    });
    assert.equal(await where(), first);
    assert.equal(await item().count(), 0);
  });

  it('say in the tooltip of the status bar how they are doing', async () => {
    await readTooltip(page, /docs: 1 tool\s+.*wrong: a server needs either/);
    await stage.screenshot(page, 'server-tooltip');
    await page.keyboard.press('Escape');
  });

  it('are asked about again when they change, leave until then, and a denial can be taken back', async () => {
    servers('two');
    await item().getByText('Holdfast: 1 question').waitFor();
    await until('the end of the server that was allowed', 20_000, async () => !(await listed()));
    await press('Deny Server');
    await item().waitFor({ state: 'hidden' });
    assert.ok(!(await listed()));
    await runCommand(page, "Review This Workspace's MCP Servers");
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'denied' }).waitFor();
    await stage.screenshot(page, 'server-review');
    await pick(page, 'Run MCP server docs');
    await pick(page, 'Allow');
    await until('the tool', 20_000, listed);
    assert.match(await where(), / two$/);
  });
});
