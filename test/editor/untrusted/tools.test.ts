import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createToolRig, type ToolRig } from '../tool-rig.ts';

describe('reading tools in an untrusted workspace', () => {
  let rig: ToolRig;
  before(() => {
    assert.equal(vscode.workspace.isTrusted, false);
    rig = createToolRig('untrusted');
  });
  after(() => rig.dispose());

  it('answer as ever', async () => {
    rig.write('plain.txt', 'text\n');
    assert.equal((await rig.tools.read_buffer({ path: rig.name('plain.txt') }, rig.context)).text, 'text\n');
    assert.equal((await rig.tools.get_editor_context({ include: ['active'] }, rig.context)).active, null);
  });

  it('never call a wrong file clean, although restricted mode may switch its language server off', async () => {
    rig.write('wrong.ts', 'export const a: number = "text";\n');
    const { files } = await rig.tools.get_diagnostics({ paths: [rig.name('wrong.ts')], wait_ms: 20_000 }, rig.context);
    const [file] = files;
    assert.ok(file?.state === 'not_analyzed' || file?.counts.error === 1, JSON.stringify(file));
  });
});
