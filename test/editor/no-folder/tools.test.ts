import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createHandlers, type EditorHandlers } from '../../../extension/tools/handlers.ts';
import { systemClock } from '../../../shared/clock.ts';
import { createReviews, createToolContext, refusal } from '../tool-rig.ts';

describe('tools in a window without a folder', () => {
  let handlers: EditorHandlers;
  const context = createToolContext();
  before(() => {
    handlers = createHandlers({ clock: systemClock, epoch: 'test', reviews: createReviews() });
  });
  after(() => handlers.dispose());

  it('read and edit an untitled document', async () => {
    const { uri } = await vscode.workspace.openTextDocument({ content: 'hello world' });
    const path = uri.toString();
    const answer = await handlers.table.edit_buffer({ edits: [{ path, old: 'world', new: 'there' }] }, context);
    assert.equal(answer.on_disk, false);
    const read = await handlers.table.read_buffer({ path }, context);
    assert.deepEqual([read.text, read.sha], ['hello there', answer.files[0]?.sha]);
    await refusal(
      'invalid_input',
      handlers.table.edit_buffer({ edits: [{ path, old: 'there', new: 'you' }], save: true }, context),
    );
  });

  it('say of any path that no folder is open', async () => {
    const relative = await refusal('outside_workspace', handlers.table.read_buffer({ path: 'src/a.ts' }, context));
    assert.match(relative.message, /no folder open/);
    await refusal(
      'outside_workspace',
      handlers.table.edit_buffer({ create: [{ path: '/tmp/a.ts', text: '' }] }, context),
    );
  });

  it('know the symbols of an untitled document, and rename in it', async () => {
    const content = 'const first = 1;\nconst second = first + first;\n';
    const document = await vscode.workspace.openTextDocument({ content, language: 'typescript' });
    const path = document.uri.toString();
    const { symbols } = await handlers.table.outline({ path }, context);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['first', 'second'],
    );
    const done = await handlers.table.rename_symbol({ path, symbol: 'first', new_name: 'one', mode: 'apply' }, context);
    assert.deepEqual([document.getText(), done.on_disk], [content.replaceAll('first', 'one'), false]);
  });

  it('say that nothing can be searched without a folder', async () => {
    const answer = await handlers.table.find_symbol({ query: 'anything' }, context);
    assert.deepEqual([answer.page.total, answer.freshness.complete], [0, false]);
  });
});
