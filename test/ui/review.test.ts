import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { reviewTools } from '../../shared/tools/reviews.ts';
import { type Agent, success } from '../host/agent.ts';
import { Stage } from '../host/stage.ts';
import { runCommand } from '../host/workbench.ts';

describe('proposals that agents put before the person', () => {
  let stage: Stage;
  let page: Page;
  let agent: Agent;
  let folder: string;

  before(async () => {
    stage = await Stage.open({
      userSettings: { 'files.encoding': 'windows1252', '[plaintext]': { 'files.encoding': 'utf16le' } },
    });
    folder = stage.scratch.sample('greeter');
    page = await stage.linkedWindow(folder);
    agent = await stage.agent();
  });
  after(() => stage?.close());

  const review = async (input: Record<string, unknown>) =>
    reviewTools.review_diff.output.parse(success(await agent.call('review_diff', input)).structuredContent);
  const propose = (...files: [string, string][]) =>
    review({ files: files.map(([file, text]) => ({ path: file, new_text: text })) });
  const outcome = async (review_id: string) => (await review({ review_id, wait_ms: 10_000 })).files;
  const buffer = async (file: string) => {
    const { structuredContent } = success(await agent.call('read_buffer', { path: file }));
    return String(structuredContent?.['text']);
  };
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
  const tab = (file: string) => page.locator('.tab', { hasText: `${file}: proposed by` });
  const action = (name: string) => page.locator('.editor-actions').getByRole('button', { name, exact: true }).first();
  const item = () => page.locator('[id="holdfast.holdfast.holdfast.reviews"]');

  it('are said to be none when none waits', async () => {
    await runCommand(page, 'Holdfast: Show Proposal to Review');
    await page.locator('.quick-input-widget input[placeholder="No proposal waits for you."]').waitFor();
    await page.keyboard.press('Escape');
  });

  it('open as a diff without taking the focus, and are applied to the buffer when they are accepted', async () => {
    write('notes.md', '# Notes\n\nold line\n');
    await page.keyboard.press('Control+Shift+E');
    await page.locator('.explorer-folders-view').waitFor();
    const focused = async () => (await page.locator('.explorer-folders-view').locator(':focus').count()) > 0;
    assert.ok(await focused());
    const { review_id } = await propose(['notes.md', '# Notes\n\nnew line\n']);
    await page.locator('.monaco-diff-editor', { hasText: 'new line' }).waitFor();
    await item().getByText('Holdfast: 1 proposal').waitFor();
    assert.ok(await focused(), 'the focus stays in the explorer');
    assert.equal(await page.locator('.notification-toast').count(), 0);
    await stage.screenshot(page, 'review-diff');

    await tab('notes.md').click();
    await action('Accept Proposal').click();
    const [file] = await outcome(review_id);
    assert.deepEqual([file?.state, file?.edited, file?.dirty], ['accepted', false, true]);
    assert.equal(await buffer('notes.md'), '# Notes\n\nnew line\n');
    assert.equal(readFileSync(path.join(folder, 'notes.md'), 'utf8'), '# Notes\n\nold line\n');
    await tab('notes.md').waitFor({ state: 'detached' });
    await item().waitFor({ state: 'hidden' });
  });

  it('can be edited first, and the agent gets the final text', async () => {
    write('edit.md', 'one\n');
    const { review_id } = await propose(['edit.md', 'two\n']);
    await tab('edit.md').click();
    await page.locator('.monaco-diff-editor .editor.modified .view-line', { hasText: 'two' }).click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('twenty-');
    await page.locator('.monaco-diff-editor', { hasText: 'twenty-two' }).waitFor();
    await stage.screenshot(page, 'review-edited');
    await action('Accept Proposal').click();
    const [file] = await outcome(review_id);
    assert.deepEqual([file?.state, file?.edited, file?.final_text], ['accepted', true, 'twenty-two\n']);
    assert.equal(await buffer('edit.md'), 'twenty-two\n');
    await tab('edit.md').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
  });

  it('keep their characters, whatever encoding the settings give to such files', async () => {
    const text = 'café crème\n';
    writeFileSync(path.join(folder, 'cafe.md'), 'café\n', 'latin1');
    writeFileSync(path.join(folder, 'cafe.txt'), 'café\n', 'utf16le');
    const files = ['cafe.md', 'cafe.txt', 'new.md', 'new.txt'];
    const { review_id } = await propose(...files.map((file): [string, string] => [file, text]));
    for (const file of files) {
      await tab(file).click();
      await page.locator('.monaco-diff-editor .editor.modified', { hasText: 'café crème' }).waitFor();
      await action('Accept Proposal').click();
      await tab(file).waitFor({ state: 'detached' });
    }
    const reported = (await outcome(review_id)).map(({ path: file, edited }) => [file, edited]);
    assert.deepEqual(
      reported,
      files.map((file) => [file, false]),
    );
    for (const file of files) assert.equal(await buffer(file), text, file);
    assert.equal(readFileSync(path.join(folder, 'new.md'), 'latin1'), text);
  });

  it('are rejected with a comment, and the next file of the review comes up', async () => {
    write('x.md', 'x\n');
    write('y.md', 'y\n');
    const { review_id } = await propose(['x.md', 'X\n'], ['y.md', 'Y\n']);
    await tab('x.md').click();
    await action('Reject Proposal with Comment…').click();
    const input = page.locator('.quick-input-widget input');
    await input.fill('Keep it small.');
    await input.press('Enter');
    await tab('y.md').waitFor();
    await action('Reject Proposal').click();
    assert.deepEqual(await outcome(review_id), [
      { path: 'x.md', state: 'rejected', comment: 'Keep it small.' },
      { path: 'y.md', state: 'rejected' },
    ]);
  });

  it('are dismissed, not rejected, when their tab is closed', async () => {
    write('closed.md', 'x\n');
    const { review_id } = await propose(['closed.md', 'y\n']);
    await tab('closed.md').click({ button: 'middle' });
    assert.deepEqual(await outcome(review_id), [{ path: 'closed.md', state: 'dismissed' }]);
    assert.equal(await buffer('closed.md'), 'x\n');
  });

  it('are listed in the view; an agent’s cancel, and its leave, close its own tabs only', async () => {
    write('mine.md', 'x\n');
    write('theirs.md', 'x\n');
    const other = await stage.agent();
    const leaving = await stage.agent();
    write('left.md', 'x\n');
    success(await leaving.call('review_diff', { files: [{ path: 'left.md', new_text: 'y\n' }] }));
    await tab('left.md').waitFor();
    const mine = await propose(['mine.md', 'y\n']);
    const theirs = reviewTools.review_diff.output.parse(
      success(await other.call('review_diff', { files: [{ path: 'theirs.md', new_text: 'y\n' }] })).structuredContent,
    );
    await leaving.leave();
    await tab('left.md').waitFor({ state: 'detached' });
    await item().getByText('Holdfast: 2 proposals').waitFor();
    await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Holdfast"]') }).click();
    await page.locator('.pane-body .monaco-list-row', { hasText: 'theirs.md' }).waitFor();
    await page.locator('.pane-body .monaco-list-row', { hasText: 'mine.md' }).hover();
    await stage.screenshot(page, 'review-view');
    assert.equal((await review({ review_id: mine.review_id, cancel: true })).files[0]?.state, 'cancelled');
    await tab('mine.md').waitFor({ state: 'detached' });
    assert.equal(await tab('theirs.md').count(), 1);
    await page.locator('.pane-body .monaco-list-row', { hasText: 'theirs.md' }).hover();
    await page
      .locator('.pane-body .monaco-list-row', { hasText: 'theirs.md' })
      .getByRole('button', { name: 'Accept Proposal' })
      .click();
    assert.equal((await outcome(theirs.review_id))[0]?.state, 'accepted');
  });

  it('are shown against the present text when the file has changed, and applied only after another look', async () => {
    // In a notification VS Code makes a link of such a name, which runs the command when it is clicked.
    const file = 'moved [Show details](command:holdfast.acceptProposal).md';
    write(file, 'base\n');
    const { review_id } = await propose([file, 'proposal\n']);
    success(await agent.call('edit_buffer', { edits: [{ path: file, old: 'base', new: 'typed meanwhile' }] }));
    await tab(file).click();
    await action('Accept Proposal').click();
    const toast = page.locator('.notification-toast', { hasText: 'has changed since this was proposed' });
    await toast.waitFor();
    assert.match(await toast.innerText(), /moved \[Show details\] \(command:/);
    assert.equal(await toast.locator('a', { hasText: 'Show details' }).count(), 0);
    await page.locator('.monaco-diff-editor .editor.original', { hasText: 'typed meanwhile' }).waitFor();
    await stage.screenshot(page, 'review-changed');
    assert.equal(await buffer(file), 'typed meanwhile\n');
    await action('Accept Proposal').click();
    assert.equal((await outcome(review_id))[0]?.state, 'accepted');
    assert.equal(await buffer(file), 'proposal\n');
  });
});
