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

  it('find every use of a name, or say that they may not have', async () => {
    rig.write('lib.ts', 'export function used() {}\n');
    rig.write('use.ts', "import { used } from './lib';\nused();\n");
    const path = rig.name('lib.ts');
    const outline = await rig.tools.outline({ path }, rig.context);
    assert.ok(outline.symbols.length === 1 || !outline.freshness.complete, JSON.stringify(outline));
    const related = await rig.tools.find_related({ path, line: 1, column: 17 }, rig.context);
    assert.ok(related.total === 3 || !related.freshness.complete, JSON.stringify(related));
    const preview = await rig.tools.rename_symbol({ path, line: 1, column: 17, new_name: 'x' }, rig.context).then(
      ({ edits_total, note }) => ({ edits_total, note }),
      (error: unknown) => ({ edits_total: 0, note: String(error) }),
    );
    assert.ok(preview.edits_total === 3 || preview.note !== undefined, JSON.stringify(preview));
  });
});
