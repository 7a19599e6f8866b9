import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type Agent, errorCodeOf, success } from '../host/agent.ts';
import { Stage } from '../host/stage.ts';
import { pick } from '../host/workbench.ts';

describe("agents' questions to the person", () => {
  let stage: Stage;
  let page: Page;
  let agent: Agent;
  let folder: string;

  before(async () => {
    stage = await Stage.open({ userSettings: { 'holdfast.approvals': { 'core.ui': 'session' } } });
    folder = stage.scratch.sample('greeter');
    page = await stage.linkedWindow(folder);
    agent = await stage.agent();
  });
  after(() => stage?.close());

  const item = () => page.locator('[id="holdfast.holdfast.holdfast.questions"]');
  const row = (text: string) => page.locator('.pane-body .monaco-list-row', { hasText: text });
  const create = (file: string, text: string) => agent.call('edit_buffer', { create: [{ path: file, text }] });

  it('stand in the status bar and in the view; the change is shown on request, and allowed it is made', async () => {
    const settings = path.join(folder, '.vscode/settings.json');
    const outcome = create('.vscode/settings.json', '{\n  "editor.tabSize": 3\n}\n');
    await item().getByText('Holdfast: 1 question').waitFor();
    assert.match((await item().getAttribute('class')) ?? '', /warning-kind/);
    assert.match(
      (await item().locator('a').first().getAttribute('aria-label')) ?? '',
      /^Holdfast: 1 question\. An agent/,
    );
    assert.equal(await page.locator('.notification-toast').count(), 0);
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);

    // Its badge, with the number of questions, lies over the icon.
    await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Holdfast"]') }).click();
    await row('Create .vscode/settings.json').waitFor();
    await row('Create .vscode/settings.json').hover();
    await stage.screenshot(page, 'question-view');

    await row('Create .vscode/settings.json').getByRole('button', { name: 'Show Change' }).click();
    await page.locator('.tab.active', { hasText: 'what would change' }).waitFor();
    await page.locator('.monaco-diff-editor', { hasText: 'editor.tabSize' }).waitFor();
    await stage.screenshot(page, 'question-diff');

    await item().click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Allow Once' }).waitFor();
    await stage.screenshot(page, 'question-choices');
    assert.equal(await page.locator('.quick-input-list .monaco-list-row', { hasText: 'This Session' }).count(), 0);
    assert.ok(!existsSync(settings));
    await pick(page, 'Allow Once');
    success(await outcome);
    assert.match(readFileSync(settings, 'utf8'), /tabSize/);
    await item().waitFor({ state: 'hidden' });
    await page.locator('.tab', { hasText: 'what would change' }).waitFor({ state: 'detached' });
    await page.getByText('No question waits for your answer').waitFor();
    await stage.screenshot(page, 'question-none');
  });

  it('change nothing when they are denied in the view', async () => {
    // A path is text: no icon is made of it.
    const file = '.env.$(check)';
    const outcome = create(file, 'KEY=1\n');
    await row(`Create ${file}`).hover();
    await row(`Create ${file}`).getByRole('button', { name: 'Deny' }).click();
    assert.equal(errorCodeOf(await outcome), 'approval_denied');
    assert.ok(!existsSync(path.join(folder, file)));
  });

  it('show several files together', async () => {
    const files = ['.devcontainer.json', '.husky/pre-commit'];
    const outcome = agent.call('edit_buffer', {
      create: files.map((file) => ({ path: file, text: `${file} is new\n` })),
    });
    const both = row('Change 2 protected files');
    await both.hover();
    await both.getByRole('button', { name: 'Show Change' }).click();
    const shown = page.locator('.multiDiffEditor');
    for (const file of files) await shown.getByText(`${file} is new`).first().waitFor();
    await stage.screenshot(page, 'question-files');
    await both.hover();
    await both.getByRole('button', { name: 'Deny' }).click();
    assert.equal(errorCodeOf(await outcome), 'approval_denied');
    await shown.waitFor({ state: 'detached' });
  });

  it('are asked for kinds of calls by the setting, and allowed for the session they are not asked again', async () => {
    const open = (file: string) => agent.call('open_file', { path: file });
    const outcome = open('src/people.ts');
    const button = row('Run open_file').getByRole('button', { name: 'Allow for This Session' });
    await row('Run open_file').click();
    const first = page.locator('.quick-input-list .monaco-list-row.focused');
    await first.getByText('Show Input').waitFor();
    await stage.screenshot(page, 'question-kind-choices');
    await page.keyboard.press('Enter');
    const shown = page.locator('.tab.active', { hasText: 'open_file.input.json' });
    await shown.waitFor();
    await page.locator('.monaco-editor', { hasText: 'src/people.ts' }).first().waitFor();
    await row('Run open_file').hover();
    await stage.screenshot(page, 'question-kind');
    await button.click();
    success(await outcome);
    await shown.waitFor({ state: 'detached' });
    success(await open('src/main.ts'));
  });

  it('are answered as pending after a while, and the repeated call runs once the person has allowed it', async () => {
    const file = path.join(folder, '.mcp.json');
    assert.equal(errorCodeOf(await create('.mcp.json', '{}\n')), 'approval_pending');
    await row('Create .mcp.json').hover();
    await row('Create .mcp.json').getByRole('button', { name: 'Allow Once' }).click();
    await item().waitFor({ state: 'hidden' });
    assert.ok(!existsSync(file));
    success(await create('.mcp.json', '{}\n'));
    assert.equal(readFileSync(file, 'utf8'), '{}\n');
  });

  it('say so when they are gone before the person has chosen', async () => {
    const stop = new AbortController();
    const input = { create: [{ path: '.env', text: 'KEY=1\n' }] };
    const outcome = agent.call('edit_buffer', input, stop.signal);
    await item().click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Allow Once' }).waitFor();
    stop.abort();
    await assert.rejects(outcome);
    await item().waitFor({ state: 'hidden' });
    await pick(page, 'Allow Once');
    await page.locator('.notification-toast', { hasText: 'This question is gone' }).waitFor();
    await stage.screenshot(page, 'question-gone');
    assert.ok(!existsSync(path.join(folder, '.env')));
  });

  it('lead to their setting where there are none, also in a window on a remote machine', async () => {
    const none = page.locator('.pane-body', { hasText: 'No question waits for your answer' });
    await none.getByRole('button', { name: 'holdfast.approvals' }).click();
    // As every window in the browser this one is remote: settings of a machine stand in a tab of their own.
    await page.locator('.settings-editor').getByText("Whether agents' calls are asked for").waitFor();
    await stage.screenshot(page, 'question-setting');
  });
});
