import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig, unseen } from './tool-rig.ts';

describe('code_action in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('actions');
    rig.write('lib.ts', 'export function helper(n: number): number {\n  return n;\n}\n');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const call = (input: object) => rig.tools.code_action(input, rig.context);
  const at = (file: string, more: object = {}) => call({ path: rig.name(file), ...more });
  const idOf = (answer: Awaited<ReturnType<typeof call>>, title: RegExp) => {
    const found = answer.actions?.find((action) => title.test(action.title));
    assert.ok(found, `no ${title} in ${answer.actions?.map((action) => action.title).join(', ')}`);
    return found.plan_id;
  };
  /** The moves of a function by its name; undefined where TypeScript offers none, which only the oldest VS Code may do. */
  const moves = async (file: string, line: number) => {
    const listed = await at(file, { line, column: 17, kind: 'refactor.move' });
    if (listed.actions?.length !== 0) return listed;
    assert.match(vscode.version, /^1\.103\./);
    return undefined;
  };
  const text = async (file: string) => (await vscode.workspace.openTextDocument(rig.uri(file))).getText();

  it('lists the fixes of a problem in a file without a tab, shows one as a diff, and applies it', async () => {
    rig.write('use.ts', 'export const one = helper(1);\n');
    const listed = await unseen(() => at('use.ts', { diagnostic: '2304' }));
    assert.deepEqual([listed.applied, listed.files], [false, []]);
    const plan_id = idOf(listed, /^Add import from "\.\/lib"/);
    const shown = await unseen(() => call({ plan_id }));
    assert.match(shown.title ?? '', /^Add import/);
    assert.deepEqual(
      shown.files.map(({ path, diff }) => [path, diff]),
      [
        [
          'src/actions/use.ts',
          '@@ 1\n-export const one = helper(1);\n+import { helper } from "./lib";\n+\n+export const one = helper(1);',
        ],
      ],
    );
    assert.equal(await text('use.ts'), 'export const one = helper(1);\n');
    const done = await call({ plan_id, mode: 'apply' });
    assert.deepEqual([done.applied, done.on_disk, done.note], [true, false, undefined]);
    assert.equal(await text('use.ts'), 'import { helper } from "./lib";\n\nexport const one = helper(1);\n');
    await refusal('invalid_input', call({ plan_id, mode: 'apply' }));
    assert.deepEqual(
      vscode.languages.getDiagnostics(rig.uri('use.ts')).filter(({ code }) => code === 2304),
      [],
    );
  });

  it('applies a listed action at once, and saves when asked', async () => {
    rig.write('saved.ts', 'export const one = helper(1);\n');
    const plan_id = idOf(await at('saved.ts', { diagnostic: 'Cannot find name', line: 1 }), /^Add import/);
    const done = await call({ plan_id, mode: 'apply', save: true });
    assert.ok(done.on_disk);
    assert.match(rig.read('saved.ts'), /^import \{ helper \}/);
  });

  it('organises imports of a whole file, and extracts a selection', async () => {
    rig.write(
      'imports.ts',
      "import { z } from './z';\nimport { helper } from './lib';\nexport const one = helper(2);\n",
    );
    rig.write('z.ts', 'export const z = 1;\n');
    const plan_id = idOf(await at('imports.ts', { kind: 'source.organizeImports' }), /organi[sz]e imports/i);
    await call({ plan_id, mode: 'apply' });
    assert.equal(await text('imports.ts'), "import { helper } from './lib';\nexport const one = helper(2);\n");
    rig.write('extract.ts', 'export function sum(a: number, b: number) {\n  const c = a + b;\n  return c * 2;\n}\n');
    const range = { line: 2, column: 13, end_line: 2, end_column: 18, kind: 'refactor.extract' };
    const extract = await call({ plan_id: idOf(await at('extract.ts', range), /extract to constant in enclosing/i) });
    assert.match(extract.files[0]?.diff ?? '', /const \w+ = a \+ b/);
  });

  it('creates a file where the action does, and only there where it may', async () => {
    rig.write('move.ts', 'export const stays = 1;\nexport function moves() {\n  return 2;\n}\n');
    const listed = await moves('move.ts', 2);
    if (listed === undefined) return;
    const plan_id = idOf(listed, /move to a new file/i);
    const shown = await unseen(() => call({ plan_id }));
    assert.deepEqual(
      shown.files.map(({ path, created }) => [path, created]),
      [
        ['src/actions/moves.ts', true],
        ['src/actions/move.ts', undefined],
      ],
    );
    assert.ok(!existsSync(rig.uri('moves.ts').fsPath));
    await call({ plan_id, mode: 'apply' });
    assert.match(rig.read('moves.ts'), /export function moves\(\)/);
    assert.equal((await text('move.ts')).trim(), 'export const stays = 1;');
  });

  it('says which actions only run a command, and refuses them', async () => {
    rig.write('command.ts', 'export function alone() {\n  return 2;\n}\n');
    const listed = await moves('command.ts', 1);
    if (listed === undefined) return;
    const action = listed.actions?.find(({ command_only }) => command_only === true);
    assert.match(action?.title ?? '', /move to file/i);
    for (const mode of ['preview', 'apply']) {
      const error = await refusal('edit_rejected', call({ plan_id: action?.plan_id, mode }));
      assert.match(error.message, /only runs a command \(_typescript/);
    }
  });

  it('leaves out what would change nothing, and says so', async () => {
    rig.write('tidy.ts', "import { helper } from './lib';\nexport const one = helper(2);\n");
    const listed = await at('tidy.ts', { kind: 'source.organizeImports' });
    assert.deepEqual(listed.actions, []);
    assert.match(listed.note ?? '', /^Organize Imports would change nothing/i);
  });

  it('refuses an action of a text that has changed since', async () => {
    rig.write('stale.ts', 'export const one = helper(1);\n');
    const listed = await at('stale.ts', { diagnostic: '2304' });
    await rig.type('stale.ts', 0, 0, '// typed\n');
    await refusal('version_changed', call({ plan_id: idOf(listed, /^Add import/), mode: 'apply' }));
  });

  it('asks before an action changes a protected file, also one that it is not called for', async () => {
    rig.write('.vscode/x.ts', 'export const total = 1;\nexport const twice = totl * 2;\n');
    const plan_id = idOf(await at('.vscode/x.ts', { diagnostic: '2552' }), /^Change spelling/);
    await call({ plan_id });
    assert.deepEqual(rig.person.take(), [], 'a preview asks nobody');
    await refusal('approval_denied', call({ plan_id, mode: 'apply' }));
    assert.deepEqual(rig.person.take(), [`Change ${rig.name('.vscode/x.ts')}`]);
    assert.equal(await text('.vscode/x.ts'), 'export const total = 1;\nexport const twice = totl * 2;\n');
    rig.person.allows = true;
    await call({ plan_id, mode: 'apply' });
    rig.person.allows = false;
    rig.person.take();
    assert.match(await text('.vscode/x.ts'), /twice = total \* 2/);
  });

  it('applies what was shown when the text is the same again', async () => {
    rig.write('again.ts', 'export const one = helper(1);\n');
    const plan_id = idOf(await at('again.ts', { diagnostic: '2304' }), /^Add import/);
    const there = async () => {
      await rig.type('again.ts', 0, 0, 'typed');
      const edit = new vscode.WorkspaceEdit();
      edit.delete(rig.uri('again.ts'), new vscode.Range(0, 0, 0, 5));
      assert.ok(await vscode.workspace.applyEdit(edit));
    };
    await there();
    await call({ plan_id });
    await there();
    assert.ok((await call({ plan_id, mode: 'apply' })).applied);
  });

  it('refuses wrong places and unknown plans, and lists problems when none fits', async () => {
    rig.write('odd.ts', 'export const one = helper(1);\n');
    await refusal('position_out_of_range', at('odd.ts', { line: 9 }));
    await refusal('invalid_input', at('odd.ts', { line: 1, column: 5, end_line: 1, end_column: 2 }));
    const error = await refusal('not_found', at('odd.ts', { diagnostic: '9999' }));
    assert.match(error.message, /1:20 2304 Cannot find name 'helper'/);
    const elsewhere = await refusal('not_found', at('odd.ts', { diagnostic: '2304', line: 2 }));
    assert.match(elsewhere.message, /on line 2 of .*odd\.ts is "2304", only elsewhere:\n {2}1:20 2304/);
    await refusal('not_found', call({ plan_id: 'action-x.1' }));
    await refusal('invalid_input', call({ mode: 'apply', path: rig.name('odd.ts') }));
    await refusal('invalid_input', call({}));
  });

  it('knows other languages: a Markdown refactoring', async () => {
    rig.write('a.md', '# A\n\nsee [it](https://example.com/x)\n');
    const plan_id = idOf(await at('a.md', { line: 3, column: 12 }), /link definition/i);
    const done = await call({ plan_id, mode: 'apply' });
    assert.match(done.note ?? '', /Rename/);
    assert.equal(await text('a.md'), '# A\n\nsee [it][def]\n\n\n[def]: https://example.com/x');
  });
});
