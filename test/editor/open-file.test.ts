import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createToolRig, refusal, type ToolRig, visibleState } from './tool-rig.ts';

describe('open_file in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('open-file');
  });
  after(() => rig.dispose());

  it('shows the file with the range selected', async () => {
    rig.write('target.ts', 'const a = 1;\nconst b = 2;\n');
    const answer = await rig.tools.open_file(
      { path: rig.name('target.ts'), range: { start_line: 2, start_column: 7, end_column: 8 } },
      rig.context,
    );
    assert.deepEqual(answer, {
      path: rig.name('target.ts'),
      start: { line: 2, column: 7 },
      end: { line: 2, column: 8 },
      focused: false,
    });
    const editor = vscode.window.visibleTextEditors.find(
      ({ document }) => document.uri.toString() === rig.uri('target.ts').toString(),
    );
    assert.equal(editor?.document.getText(editor.selection), 'b');
  });

  it('moves the focus only when preserve_focus is false', async () => {
    rig.write('focus.ts', 'x\n');
    assert.equal(
      (await rig.tools.open_file({ path: rig.name('focus.ts'), preserve_focus: false }, rig.context)).focused,
      true,
    );
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), rig.uri('focus.ts').toString());
  });

  it('opens nothing when the position is past the end, and names the real count', async () => {
    rig.write('short.ts', 'ab\ncd');
    const before = visibleState();
    const line = await refusal(
      'position_out_of_range',
      rig.tools.open_file({ path: rig.name('short.ts'), range: { start_line: 3 } }, rig.context),
    );
    assert.match(line.message, /has 2 lines; there is no line 3/);
    const column = await refusal(
      'position_out_of_range',
      rig.tools.open_file({ path: rig.name('short.ts'), range: { start_line: 2, start_column: 4 } }, rig.context),
    );
    assert.match(column.message, /ends at column 3; there is no column 4/);
    assert.deepEqual(visibleState(), before);
  });
});
