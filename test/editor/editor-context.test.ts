import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { contextTools } from '../../shared/tools/context.ts';
import { closeAll, createToolRig, type ToolRig, unseen } from './tool-rig.ts';

describe('get_editor_context in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('editor-context');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  it('names the active file, its cursor, the tabs and the unsaved files', async () => {
    await rig.show('first.ts', 'one\ntwo\n');
    await rig.type('first.ts', 0, 0, 'x');
    const editor = await rig.show('second.ts', 'alpha\nbeta\n');
    editor.selection = new vscode.Selection(1, 2, 1, 2);
    const answer = await unseen(() => rig.tools.get_editor_context({}, rig.context));
    assert.deepEqual(answer.active, {
      path: rig.name('second.ts'),
      language: 'typescript',
      cursor: { line: 2, column: 3 },
      lines: 3,
      dirty: false,
    });
    assert.deepEqual(answer.tabs, [
      { path: rig.name('first.ts'), group: 1, active: false, dirty: true },
      { path: rig.name('second.ts'), group: 1, active: true, dirty: false },
    ]);
    assert.deepEqual(answer.dirty, [rig.name('first.ts')]);
  });

  it('returns only the parts that were asked for', async () => {
    const answer = await rig.tools.get_editor_context({ include: ['active'] }, rig.context);
    assert.deepEqual(answer, { active: null });
    assert.equal(contextTools.get_editor_context.render(answer), 'Active file: none');
  });

  it('shows the selected text, and the last selection once it is gone', async () => {
    const editor = await rig.show('select.ts', 'const a = 1;\nconst b = 2;\n');
    editor.selection = new vscode.Selection(0, 6, 0, 7);
    const now = await unseen(() => rig.tools.get_editor_context({ include: ['selection'] }, rig.context));
    assert.deepEqual(now.selection, {
      path: rig.name('select.ts'),
      current: true,
      start: { line: 1, column: 7 },
      end: { line: 1, column: 8 },
      text: 'a',
      cut: false,
    });
    await new Promise<void>((resolve) => {
      const listener = vscode.window.onDidChangeTextEditorSelection(({ selections }) => {
        if (selections[0]?.isEmpty !== true) return;
        listener.dispose();
        resolve();
      });
      editor.selection = new vscode.Selection(1, 0, 1, 0);
    });
    const later = await rig.tools.get_editor_context({ include: ['selection'] }, rig.context);
    assert.deepEqual([later.selection?.current, later.selection?.text], [false, 'a']);
  });

  it('cuts a long selection and says so', async () => {
    const editor = await rig.show('wide.txt', 'x'.repeat(20_000));
    editor.selection = new vscode.Selection(0, 0, 0, 20_000);
    const { selection } = await rig.tools.get_editor_context({ include: ['selection'] }, rig.context);
    assert.deepEqual([selection?.text.length, selection?.cut, selection?.end.column], [16_384, true, 20_001]);
  });
});
