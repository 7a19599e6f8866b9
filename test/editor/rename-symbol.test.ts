import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig, unseen, writeTwoProjects } from './tool-rig.ts';

describe('rename_symbol in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('rename');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const rename = (file: string, more: object) =>
    rig.tools.rename_symbol({ path: rig.name(file), ...more }, rig.context);
  const apply = (plan_id: string | null, more: object = {}) =>
    rig.tools.rename_symbol({ plan_id: plan_id ?? '', mode: 'apply', ...more }, rig.context);
  const text = async (file: string) => (await vscode.workspace.openTextDocument(rig.uri(file))).getText();

  const pair = (folder: string) => {
    rig.write(`${folder}/a.ts`, 'export function first(): number {\n  return 1;\n}\n');
    rig.write(`${folder}/b.ts`, "import { first } from './a';\nexport const two = first() + first();\n");
  };

  it('shows what would change and changes nothing, then changes exactly that in the buffers', async () => {
    pair('plain');
    const shown = await unseen(() => rename('plain/a.ts', { symbol: 'first', new_name: 'second' }));
    assert.deepEqual(
      [shown.applied, shown.old_name, shown.new_name, shown.edits_total, shown.files_total, shown.on_disk],
      [false, 'first', 'second', 4, 2, false],
    );
    assert.deepEqual(
      shown.files.map(({ path, edits, diff }) => [path, edits, diff]),
      [
        ['src/rename/plain/a.ts', 1, '@@ 1\n-export function first(): number {\n+export function second(): number {'],
        [
          'src/rename/plain/b.ts',
          3,
          "@@ 1\n-import { first } from './a';\n+import { second } from './a';\n@@ 2\n-export const two = first() + first();\n+export const two = second() + second();",
        ],
      ],
    );
    assert.equal(shown.note, undefined);
    const done = await apply(shown.plan_id);
    assert.deepEqual([done.applied, done.plan_id, done.on_disk, done.edits_total], [true, null, false, 4]);
    assert.equal(await text('plain/b.ts'), "import { second } from './a';\nexport const two = second() + second();\n");
    assert.match(rig.read('plain/b.ts'), /first/);
    const again = await refusal('invalid_input', apply(shown.plan_id));
    assert.match(again.message, /applied already/);
  });

  it('saves only the changed files, and only when asked', async () => {
    pair('saved');
    await rig.show('saved/other.ts', 'export const other = 1;\n');
    const other = await rig.type('saved/other.ts', 0, 0, '// mine\n');
    const done = await rename('saved/a.ts', { symbol: 'first', new_name: 'second', mode: 'apply', save: true });
    assert.ok(done.on_disk);
    assert.match(rig.read('saved/a.ts'), /second/);
    assert.match(rig.read('saved/b.ts'), /second\(\) \+ second/);
    assert.ok(other.isDirty);
  });

  it('renames in other projects of which no file was ever open', async () => {
    const folder = '../../rename-projects';
    writeTwoProjects(rig, folder);
    const more = { symbol: 'shared', new_name: 'common', mode: 'apply', save: true };
    const done = await rename(`${folder}/a/src/lib.ts`, more);
    const use = rig.read(`${folder}/b/src/use.ts`);
    rmSync(rig.uri(folder).fsPath, { recursive: true });
    assert.deepEqual([done.edits_total, done.note], [4, undefined]);
    assert.equal(use, "import { common } from '../../a/src/lib';\nexport const twice = common + common;\n");
  });

  it('changes a file once, in its own buffer, where a link to it is open as well', async () => {
    pair('linked');
    const link = rig.uri('../../rename-link/again.ts');
    mkdirSync(dirname(link.fsPath));
    symlinkSync(rig.uri('linked/a.ts').fsPath, link.fsPath);
    await vscode.workspace.openTextDocument(link);
    const done = await rename('linked/a.ts', { symbol: 'first', new_name: 'second', mode: 'apply' });
    assert.deepEqual(
      done.files.map(({ path, edits }) => [path, edits]),
      [
        ['src/rename/linked/a.ts', 1],
        ['src/rename/linked/b.ts', 3],
      ],
    );
    assert.equal(await text('linked/a.ts'), 'export function second(): number {\n  return 1;\n}\n');
    assert.ok(vscode.workspace.textDocuments.every(({ uri, isDirty }) => uri.path !== link.path || !isDirty));
    rmSync(dirname(link.fsPath), { recursive: true });
  });

  it('is one undo step and keeps unsaved work', async () => {
    pair('undo');
    const editor = await rig.show('undo/c.ts', "import { first } from './a';\nfirst();\nfirst();\n");
    await rig.type('undo/c.ts', 3, 0, '// mine\n');
    const before = editor.document.getText();
    await rename('undo/a.ts', { symbol: 'first', new_name: 'second', mode: 'apply' });
    assert.equal(editor.document.getText(), before.replaceAll('first', 'second'));
    assert.equal(vscode.window.activeTextEditor, editor);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
  });

  it('refuses a plan when a file changed since, in a buffer or on disk, and changes nothing', async () => {
    pair('stale');
    const shown = await rename('stale/a.ts', { symbol: 'first', new_name: 'second' });
    await rig.type('stale/b.ts', 2, 0, '// typed\n');
    const error = await refusal('version_changed', apply(shown.plan_id));
    assert.match(error.message, /stale\/b\.ts/);
    assert.match(await text('stale/a.ts'), /first/);
    pair('stale2');
    const other = await rename('stale2/a.ts', { symbol: 'first', new_name: 'second' });
    rig.write('stale2/b.ts', "import { first } from './a';\n\nexport const two = first();\n");
    await refusal('version_changed', apply(other.plan_id));
    assert.match(await text('stale2/a.ts'), /first/);
  });

  it('renames in more files than VS Code holds open, and keeps line ends', async () => {
    rig.write('many/a.ts', 'export const hot = 1;\n');
    for (let at = 0; at < 80; at += 1)
      rig.write(`many/u${at}.ts`, `import { hot } from './a';\r\nexport const use${at} = hot + ${at};\r\n`);
    const shown = await unseen(() => rename('many/a.ts', { symbol: 'hot', new_name: 'cold' }));
    assert.deepEqual([shown.files_total, shown.edits_total], [81, 161]);
    assert.ok(JSON.stringify(shown).length < 9_000);
    const done = await apply(shown.plan_id, { save: true });
    assert.deepEqual([done.on_disk, done.files_total], [true, 81]);
    for (let at = 0; at < 80; at += 1)
      assert.equal(
        rig.read(`many/u${at}.ts`),
        `import { cold } from './a';\r\nexport const use${at} = cold + ${at};\r\n`,
      );
  });

  it('refuses what no server can rename, a name that stays, and what names nothing', async () => {
    rig.write('odd.ts', 'export const list = [1].map(String);\n');
    const library = await refusal('edit_rejected', rename('odd.ts', { symbol: 'map', new_name: 'x' }));
    assert.match(library.message, /cannot rename|not be renamed|cannot be renamed/i);
    await refusal('invalid_input', rename('odd.ts', { symbol: 'list', new_name: 'list' }));
    await refusal('invalid_input', rename('odd.ts', { symbol: 'list' }));
    await refusal('not_found', rename('odd.ts', { symbol: 'nowhere', new_name: 'x' }));
    await refusal('not_found', apply('rename-x.1'));
    rig.write('plain.txt', 'hello\n');
    await refusal('edit_rejected', rename('plain.txt', { line: 1, column: 1, new_name: 'x' }));
  });

  it('refuses an edit that would move a file, which the edit itself does not show', async () => {
    rig.write('b.md', '# B\n');
    rig.write('a.md', '# A\n\nsee [it](./b.md)\n');
    const error = await refusal(
      'edit_rejected',
      rename('a.md', { line: 3, column: 12, new_name: './c.md', mode: 'apply' }),
    );
    assert.match(error.message, /move .*b\.md to .*c\.md/);
    assert.ok(existsSync(rig.uri('b.md').fsPath) && !existsSync(rig.uri('c.md').fsPath));
    assert.match(rig.read('a.md'), /b\.md/);
  });

  it('moves no file into a protected folder, and asks nobody about it', async () => {
    rig.write('b.md', '# B\n');
    rig.write('c.md', '# C\n\nsee [it](./b.md)\n');
    const error = await refusal(
      'edit_rejected',
      rename('c.md', { line: 3, column: 12, new_name: './.vscode/b.md', mode: 'apply' }),
    );
    assert.match(error.message, /move .*b\.md to .*\.vscode\/b\.md/);
    assert.deepEqual(rig.person.take(), []);
    assert.ok(existsSync(rig.uri('b.md').fsPath) && !existsSync(rig.uri('.vscode/b.md').fsPath));
  });

  it('asks before it touches a protected file, wherever it begins, and a preview asks nobody', async () => {
    rig.write('.claude/steer.ts', "import { guarded } from '../guarded';\nguarded();\n");
    rig.write('guarded.ts', 'export function guarded() {}\n');
    await vscode.workspace.openTextDocument(rig.uri('.claude/steer.ts'));
    const free = { symbol: 'guarded', new_name: 'free', mode: 'apply' };
    await refusal('approval_denied', rename('guarded.ts', free));
    const [request] = rig.person.asked.splice(0);
    assert.equal(request?.what, `Change ${rig.name('.claude/steer.ts')}`);
    assert.match(request.why, /1 other file changes with it/);
    await refusal('approval_denied', rename('.claude/steer.ts', { ...free, near: 'import' }));
    assert.equal(rig.person.take().length, 1);
    assert.equal(await text('guarded.ts'), 'export function guarded() {}\n');

    const { plan_id } = await rename('guarded.ts', { symbol: 'guarded', new_name: 'free' });
    assert.deepEqual(rig.person.take(), []);
    await refusal('approval_denied', apply(plan_id ?? ''));
    rig.person.allows = true;
    const done = await apply(plan_id ?? '');
    rig.person.allows = false;
    assert.deepEqual([done.applied, done.files_total, rig.person.take().length], [true, 2, 2]);
    assert.match(await text('.claude/steer.ts'), /free\(\)/);
  });

  it('applies no plan whose files are others by now, because a link was laid in their place', async () => {
    pair('copy');
    pair('.codex');
    const { plan_id } = await rename('copy/a.ts', { symbol: 'first', new_name: 'second' });
    rmSync(rig.uri('copy').fsPath, { recursive: true });
    symlinkSync(rig.uri('.codex').fsPath, rig.uri('copy').fsPath);
    const error = await refusal('version_changed', apply(plan_id, { save: true }));
    assert.match(error.message, /leads to another place/);
    assert.deepEqual(rig.person.take(), []);
    assert.match(rig.read('.codex/a.ts'), /first/);
  });

  it('renames in other languages: a CSS variable, an SCSS mixin, a Markdown heading with the link to it', async () => {
    rig.write('a.css', ':root { --brand: red; }\n.card { color: var(--brand); }\n');
    await rename('a.css', { symbol: '--brand', near: 'var(', new_name: '--accent', mode: 'apply' });
    assert.equal(await text('a.css'), ':root { --accent: red; }\n.card { color: var(--accent); }\n');
    rig.write('a.scss', '@mixin wide { width: 1px; }\n.card { @include wide; }\n');
    await rename('a.scss', { symbol: 'wide', new_name: 'broad', mode: 'apply' });
    assert.equal(await text('a.scss'), '@mixin broad { width: 1px; }\n.card { @include broad; }\n');
    rig.write('two.md', '# T\n\n## Two\n\nsee [it](#two)\n');
    await rename('two.md', { symbol: 'Two', new_name: 'Three', mode: 'apply' });
    assert.equal(await text('two.md'), '# T\n\n## Three\n\nsee [it](#three)\n');
  });

  it('renames a Markdown heading with the links in files that were written a moment before', async () => {
    // The server has read the workspace.
    rig.write('first.md', '# First\n');
    await rename('first.md', { symbol: 'First', new_name: '1st' });
    for (const round of ['a', 'b', 'c']) {
      const [heading, link] = [`${round}/heading.md`, `${round}/link.md`];
      rig.write(heading, '# T\n\n## Two\n');
      rig.write(link, '# O\n\nsee [it](./heading.md#two)\n');
      const done = await rename(heading, { symbol: 'Two', new_name: 'Three', mode: 'apply', save: true });
      assert.equal(done.note, undefined);
      assert.deepEqual(
        [rig.read(heading), rig.read(link)],
        ['# T\n\n## Three\n', '# O\n\nsee [it](./heading.md#three)\n'],
      );
      // Written by another process once more, and a file that another tool opened before the watcher told of it.
      rig.write(link, '# O\n\nsee [this](./heading.md#three)\n');
      rig.write(`${round}/late.md`, '[late](heading.md#three)\n');
      await vscode.workspace.openTextDocument(rig.uri(`${round}/late.md`));
      await rename(heading, { symbol: 'Three', new_name: 'Four', mode: 'apply', save: true });
      assert.deepEqual(
        [rig.read(link), rig.read(`${round}/late.md`)],
        ['# O\n\nsee [this](./heading.md#four)\n', '[late](heading.md#four)\n'],
      );
    }
  });

  it('says when more Markdown files are new than can be shown to their server', async () => {
    rig.write('many/heading.md', '## Two\n');
    for (let at = 0; at < 22; at += 1) rig.write(`many/${at}.md`, '[it](./heading.md#two)\n');
    const shown = await rename('many/heading.md', { symbol: 'Two', new_name: 'Three' });
    assert.match(shown.note ?? '', /^uses may be missing: \d+ Markdown files are newer than this window/);
  });
});
