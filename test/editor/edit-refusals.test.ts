import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { createToolRig, refusal, type ToolRig, visibleState, workspaceRoot } from './tool-rig.ts';

describe('paths that edit_buffer asks about or refuses in VS Code', () => {
  let rig: ToolRig;
  let outside: string;
  before(() => {
    rig = createToolRig('refusals');
    outside = mkdtempSync(path.join(tmpdir(), 'holdfast-outside-'));
    writeFileSync(path.join(outside, 'secret.txt'), 'secret\n');
    const root = workspaceRoot();
    mkdirSync(path.join(root, '.vscode'), { recursive: true });
    writeFileSync(path.join(root, '.vscode/settings.json'), '{}\n');
    symlinkSync(path.join(root, '.vscode'), path.join(root, 'src/refusals/innocent'));
    symlinkSync(path.join(root, '.vscode/new.json'), path.join(root, 'src/refusals/dangling.json'));
    symlinkSync(outside, path.join(root, 'src/refusals/away'));
    symlinkSync(path.join(outside, 'made.txt'), path.join(root, 'src/refusals/made.txt'));
  });
  after(async () => {
    await rig.dispose();
    rmSync(path.join(workspaceRoot(), '.vscode'), { recursive: true });
    rmSync(outside, { recursive: true });
  });

  const create = (file: string) => rig.tools.edit_buffer({ create: [{ path: file, text: 'x' }] }, rig.context);

  for (const file of [
    '.vscode/extensions.json',
    'src/../.vscode/tasks.json',
    '.VSCode/tasks.json',
    'src/refusals/innocent/tasks.json',
    'src/refusals/dangling.json',
    '.git/hooks/pre-commit',
    'sub/.git/config',
    'x.code-workspace',
    '.mcp.json',
    '.claude/settings.json',
    '.env.local',
    '.devcontainer/devcontainer.json',
    '.husky/pre-commit',
    './/.vscode//launch.json',
  ]) {
    it(`creates nothing at ${file} unless the person allows it`, async () => {
      await refusal('approval_denied', create(file));
      const [request] = rig.person.asked.splice(0);
      assert.match(request?.why ?? '', /^Protected \(/);
      assert.deepEqual(
        request?.changes.map(({ before, after }) => [before, after]),
        [['', 'x']],
      );
      assert.equal(readFileSync(path.join(workspaceRoot(), '.vscode/settings.json'), 'utf8'), '{}\n');
    });
  }

  it('changes a protected file neither by its name, nor by its absolute path, nor by URI, nor through a link', async () => {
    const file = path.join(workspaceRoot(), '.vscode/settings.json');
    for (const name of [
      '.vscode/settings.json',
      file,
      `file://${file}`,
      `file://${file.replace('.vscode', '%2evscode')}`,
      'src/refusals/innocent/settings.json',
    ]) {
      await refusal(
        'approval_denied',
        rig.tools.edit_buffer({ edits: [{ path: name, old: '{}', new: '{"a":1}' }], save: true }, rig.context),
      );
      assert.deepEqual(rig.person.asked.splice(0), [
        {
          what: 'Change .vscode/settings.json',
          why: 'Protected (.vscode): such files steer the editor, agents or git, or hold secrets.',
          changes: [{ path: '.vscode/settings.json', before: '{}\n', after: '{"a":1}\n' }],
        },
      ]);
    }
    assert.equal(readFileSync(file, 'utf8'), '{}\n');
    assert.ok(vscode.workspace.textDocuments.every(({ isDirty }) => !isDirty));
  });

  it('still reads a protected file', async () => {
    assert.equal((await rig.tools.read_buffer({ path: '.vscode/settings.json' }, rig.context)).text, '{}\n');
  });

  it('changes no file that the person has made read-only, and none of the others with it', async () => {
    const settings = vscode.workspace.getConfiguration('files');
    await settings.update('readonlyInclude', { '**/fixed*.ts': true }, vscode.ConfigurationTarget.Global);
    try {
      for (const file of ['fixed.ts', 'fixed-unseen.ts', 'free.ts']) rig.write(file, 'const a = 1;\n');
      await vscode.workspace.openTextDocument(rig.uri('fixed.ts'));
      for (const file of ['fixed.ts', 'fixed-unseen.ts']) {
        const edits = ['free.ts', file].map((each) => ({ path: rig.name(each), old: '1', new: '2' }));
        const made = { path: rig.name('fresh/folder/made.ts'), text: '\ufeffx' };
        for (const save of [false, true]) {
          const error = await refusal('read_only', rig.tools.edit_buffer({ edits, create: [made], save }, rig.context));
          assert.equal(error.message, `${rig.name(file)} is read-only in VS Code; nothing was changed.`);
          assert.equal(error.info.executed, 'no');
          for (const { path: each } of edits) {
            const { text, diff } = await rig.tools.read_buffer({ path: each, diff_to_disk: true }, rig.context);
            assert.deepEqual([text, diff], ['const a = 1;\n', '']);
          }
          assert.equal(existsSync(rig.uri('fresh').fsPath), false);
        }
      }
    } finally {
      await settings.update('readonlyInclude', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('leaves files outside the folders alone, through links as well, and lists the folders', async () => {
    const before = visibleState();
    for (const name of [
      '../x.ts',
      '/etc/passwd',
      path.join(outside, 'secret.txt'),
      rig.name('away/secret.txt'),
      `file://${outside}/secret.txt`,
    ]) {
      const error = await refusal('outside_workspace', rig.tools.read_buffer({ path: name }, rig.context));
      assert.ok(error.hint.includes(workspaceRoot()), error.hint);
      await refusal('outside_workspace', rig.tools.open_file({ path: name }, rig.context));
      await refusal('outside_workspace', rig.tools.get_diagnostics({ paths: [name] }, rig.context));
      await refusal(
        'outside_workspace',
        rig.tools.edit_buffer({ edits: [{ path: name, old: 'secret', new: 'known' }] }, rig.context),
      );
    }
    await refusal('outside_workspace', create(rig.name('away/new/file.txt')));
    await refusal('outside_workspace', create(rig.name('made.txt')));
    assert.deepEqual(
      [existsSync(path.join(outside, 'new')), existsSync(path.join(outside, 'made.txt'))],
      [false, false],
    );
    assert.deepEqual(visibleState(), before);
  });
});
