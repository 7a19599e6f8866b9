import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, createToolRig, refusal, type ToolRig } from './tool-rig.ts';

describe('edit_buffer in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('edit-buffer');
  });
  beforeEach(closeAll);
  after(() => rig.dispose());

  const text = async (file: string) => (await rig.tools.read_buffer({ path: rig.name(file) }, rig.context)).text;

  it('changes the buffer, not the disk, and says so', async () => {
    rig.write('plain.ts', 'const a = 1;\nconst b = 2;\n');
    const read = await rig.tools.read_buffer({ path: rig.name('plain.ts') }, rig.context);
    const edits = [
      { path: rig.name('plain.ts'), old: 'b = 2', new: 'b = 3', sha: read.sha, base_version: read.version },
    ];
    const answer = await rig.tools.edit_buffer({ edits }, rig.context);
    assert.equal(answer.on_disk, false);
    const [file] = answer.files;
    assert.deepEqual([file?.dirty, file?.saved, file?.created], [true, false, false]);
    assert.deepEqual(file?.changed, [{ start_line: 2, end_line: 2 }]);
    const after = await rig.tools.read_buffer({ path: rig.name('plain.ts') }, rig.context);
    assert.deepEqual(
      [after.text, after.sha, after.version],
      ['const a = 1;\nconst b = 3;\n', file?.sha, file?.version],
    );
    assert.equal(rig.read('plain.ts'), 'const a = 1;\nconst b = 2;\n');
  });

  it('keeps the focus and the active editor', async () => {
    const editor = await rig.show('watched.ts', 'watched\n');
    rig.write('behind.ts', 'old\n');
    await rig.tools.edit_buffer({ edits: [{ path: rig.name('behind.ts'), old: 'old', new: 'new' }] }, rig.context);
    assert.equal(vscode.window.activeTextEditor, editor);
  });

  it('saves when asked, with the unsaved work that was there', async () => {
    await rig.show('saved.ts', 'one\ntwo\n');
    await rig.type('saved.ts', 0, 3, '!');
    const answer = await rig.tools.edit_buffer(
      { edits: [{ path: rig.name('saved.ts'), old: 'two', new: '2' }], save: true },
      rig.context,
    );
    assert.deepEqual([answer.on_disk, answer.files[0]?.saved, answer.files[0]?.dirty], [true, true, false]);
    assert.equal(rig.read('saved.ts'), 'one!\n2\n');
  });

  it('is one undo step that restores the text exactly, unsaved work included', async () => {
    const editor = await rig.show('undo.ts', 'one\ntwo\nthree\n');
    await vscode.commands.executeCommand('type', { text: 'typed ' });
    const before = editor.document.getText();
    const edits = [
      { path: rig.name('undo.ts'), old: 'one', new: '1\n1' },
      { path: rig.name('undo.ts'), old: 'three\n', new: '' },
    ];
    await rig.tools.edit_buffer({ edits }, rig.context);
    assert.equal(editor.document.getText(), 'typed 1\n1\ntwo\n');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
    await vscode.commands.executeCommand('redo');
    assert.equal(editor.document.getText(), 'typed 1\n1\ntwo\n');
  });

  it('keeps line ends and the byte order mark of a CRLF file', async () => {
    rig.write('windows.txt', '\ufeffone\r\ntwo\r\nthree\r\n');
    await rig.tools.edit_buffer(
      { edits: [{ path: rig.name('windows.txt'), old: 'one\ntwo\n', new: '1\n2\n2b\n' }], save: true },
      rig.context,
    );
    assert.equal(rig.read('windows.txt'), '\ufeff1\r\n2\r\n2b\r\nthree\r\n');
  });

  it('keeps the encoding, the tabs and the missing last line end of a UTF-16 file', async () => {
    const bytes = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
    const file = rig.uri('wide.txt').fsPath;
    writeFileSync(file, bytes('one\r\n\ttwo é😀\r\n\t\tthree'));
    await rig.tools.edit_buffer(
      { edits: [{ path: rig.name('wide.txt'), old: '\n\ttwo é', new: '\n\t2\n  ü' }], save: true },
      rig.context,
    );
    assert.deepEqual(readFileSync(file), bytes('one\r\n\t2\r\n  ü😀\r\n\t\tthree'));
  });

  it('creates a file in the encoding of the workspace, and none that the encoding cannot hold', async () => {
    const settings = vscode.workspace.getConfiguration('files');
    await settings.update('encoding', 'windows1252', vscode.ConfigurationTarget.Global);
    try {
      const made = { path: rig.name('menu.txt'), text: 'café crème\n' };
      await rig.tools.edit_buffer({ create: [made] }, rig.context);
      assert.deepEqual(readFileSync(rig.uri('menu.txt').fsPath), Buffer.from(made.text, 'latin1'));
      assert.equal((await rig.tools.read_buffer({ path: made.path }, rig.context)).text, made.text);
      const wide = { path: rig.name('wide-menu.txt'), text: 'café → 😀\n' };
      const error = await refusal('invalid_input', rig.tools.edit_buffer({ create: [wide] }, rig.context));
      assert.match(error.message, /has no "→"/);
      assert.equal(existsSync(rig.uri('wide-menu.txt').fsPath), false);
    } finally {
      await settings.update('encoding', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('changes all files or none', async () => {
    rig.write('left.ts', 'left\n');
    rig.write('right.ts', 'right\n');
    const edits = [
      { path: rig.name('left.ts'), old: 'left', new: 'LEFT' },
      { path: rig.name('right.ts'), old: 'wrong', new: 'RIGHT' },
    ];
    await refusal(
      'no_match',
      rig.tools.edit_buffer({ edits, create: [{ path: rig.name('made.ts'), text: 'x' }] }, rig.context),
    );
    assert.deepEqual(
      [await text('left.ts'), await text('right.ts'), existsSync(rig.uri('made.ts').fsPath)],
      ['left\n', 'right\n', false],
    );
  });

  it('edits several files and creates one in one call', async () => {
    rig.write('a.ts', 'a\n');
    rig.write('b.ts', 'b\n');
    const edits = [
      { path: rig.name('a.ts'), old: 'a', new: 'A' },
      { path: rig.name('b.ts'), old: 'b', new: 'B' },
    ];
    const answer = await rig.tools.edit_buffer(
      { edits, create: [{ path: rig.name('deep/er/c.ts'), text: 'c\n' }] },
      rig.context,
    );
    assert.deepEqual([await text('a.ts'), await text('b.ts'), rig.read('deep/er/c.ts')], ['A\n', 'B\n', 'c\n']);
    assert.deepEqual(
      answer.files.map(({ created, dirty }) => [created, dirty]),
      [
        [false, true],
        [false, true],
        [true, false],
      ],
    );
    await refusal(
      'already_exists',
      rig.tools.edit_buffer({ create: [{ path: rig.name('a.ts'), text: '' }] }, rig.context),
    );
  });

  it('takes calls that come at once one after the other: each edit lands, each save is one, one creation counts', async () => {
    const names = [1, 2, 3, 4, 5, 6];
    rig.write('busy.txt', names.map((name) => `line ${name}\n`).join(''));
    for (const save of [false, true]) {
      const answers = await Promise.all(
        names.map((name) => {
          const [old, fresh] = [`line ${name}${save ? '!' : ''}\n`, `line ${name}${save ? '!!' : '!'}\n`];
          const edits = [{ path: rig.name('busy.txt'), old, new: fresh }];
          return rig.tools.edit_buffer({ edits, save }, rig.context);
        }),
      );
      assert.deepEqual(
        answers.map(({ files, on_disk }) => [files[0]?.saved, on_disk]),
        names.map(() => [save, save]),
      );
    }
    assert.equal(rig.read('busy.txt'), names.map((name) => `line ${name}!!\n`).join(''));

    const made = await Promise.allSettled(
      names.map((name) =>
        rig.tools.edit_buffer({ create: [{ path: rig.name('raced.txt'), text: `agent ${name}\n` }] }, rig.context),
      ),
    );
    assert.deepEqual(
      made.map((each) => (each.status === 'rejected' ? String(each.reason.code) : 'created')),
      ['created', ...names.slice(1).map(() => 'already_exists')],
    );
    assert.equal(rig.read('raced.txt'), 'agent 1\n');
  });

  it('creates none of the files of a call when one of them cannot be created', async () => {
    rig.write('taken', 'a file\n');
    const other = { path: rig.name('fresh/other.txt'), text: 'y' };
    const create = (...paths: string[]) =>
      rig.tools.edit_buffer(
        { create: [other, ...paths.map((path) => ({ path: rig.name(path), text: 'x' }))] },
        rig.context,
      );
    const below = await refusal('invalid_input', create('taken/x.txt'));
    assert.match(below.message, /taken\/x\.txt cannot be created: .*taken is a file/);
    await refusal('invalid_input', create('new.txt', 'new.txt/x.txt'));
    assert.equal(existsSync(rig.uri('fresh').fsPath), false);
  });

  it('fills an empty file, and replaces thousands of places at once', async () => {
    rig.write('empty.txt', '');
    const filled = 'one two\n'.repeat(20_000);
    await rig.tools.edit_buffer({ edits: [{ path: rig.name('empty.txt'), old: '', new: filled }] }, rig.context);
    const edits = [{ path: rig.name('empty.txt'), old: 'two', new: '2', all: true }];
    const answer = await rig.tools.edit_buffer({ edits, save: true }, rig.context);
    assert.deepEqual(answer.files[0]?.changed, [{ start_line: 1, end_line: 20_000 }]);
    assert.equal(rig.read('empty.txt'), 'one 2\n'.repeat(20_000));
  });

  it('merges an edit with what the person typed since its base, and tells that', async () => {
    await rig.show('meanwhile.ts', 'one\ntwo\nthree\n');
    const read = await rig.tools.read_buffer({ path: rig.name('meanwhile.ts') }, rig.context);
    await rig.type('meanwhile.ts', 0, 0, 'three by hand\n');
    const edit = { path: rig.name('meanwhile.ts'), old: 'three', new: '3' };
    // By its base the text occurs once, by what stands there now twice.
    await refusal('multiple_matches', rig.tools.edit_buffer({ edits: [edit] }, rig.context));
    const answer = await rig.tools.edit_buffer({ edits: [{ ...edit, sha: read.sha }] }, rig.context);
    assert.equal(await text('meanwhile.ts'), 'three by hand\none\ntwo\n3\n');
    assert.deepEqual(answer.files[0]?.meanwhile, [{ start_line: 1, end_line: 1 }]);
    assert.equal(answer.files[0]?.meanwhile_diff, '@@ -1,2 +1,3 @@\n+three by hand\n one\n two');
    await rig.type('meanwhile.ts', 4, 0, 'more');
    const next = await rig.tools.edit_buffer(
      {
        edits: [
          { path: rig.name('meanwhile.ts'), old: 'one\n', new: '', base_version: read.version },
          { path: rig.name('meanwhile.ts'), old: '3\n', new: 'III\n', sha: answer.files[0]?.sha },
        ],
      },
      rig.context,
    );
    assert.equal(await text('meanwhile.ts'), 'three by hand\ntwo\nIII\nmore');
    assert.ok(next.files[0]?.meanwhile_diff?.includes('+more'));
  });

  it('refuses an edit of lines that the person changed since its base, and shows only those', async () => {
    await rig.show('collides.ts', `one\n${'far\n'.repeat(20)}two\nthree\n`);
    const read = await rig.tools.read_buffer({ path: rig.name('collides.ts') }, rig.context);
    await rig.type('collides.ts', 0, 3, ' elsewhere');
    const document = await rig.type('collides.ts', 21, 3, ' by hand');
    const before = document.getText();
    const edit = { path: rig.name('collides.ts'), old: 'two\nthree', new: '2\n3' };
    for (const base of [{ sha: read.sha }, { base_version: read.version }]) {
      const error = await refusal(
        'version_changed',
        rig.tools.edit_buffer({ edits: [{ ...edit, ...base }] }, rig.context),
      );
      assert.match(error.message, /\n far\n-two\n\+two by hand\n three\n/);
      assert.doesNotMatch(error.message, /elsewhere/);
    }
    assert.equal(document.getText(), before);
    // The base is not known: whether the lines are the same cannot be told.
    await refusal('version_changed', rig.tools.edit_buffer({ edits: [{ ...edit, sha: 'feed' }] }, rig.context));
  });

  it('goes by the text, not by the version, when the text is the same again', async () => {
    const { document } = await rig.show('same.ts', 'one\n');
    const read = await rig.tools.read_buffer({ path: rig.name('same.ts') }, rig.context);
    await rig.type('same.ts', 0, 0, 'x');
    await vscode.commands.executeCommand('undo');
    assert.ok(document.version > read.version);
    const edit = { path: rig.name('same.ts'), old: 'one', new: '1', base_version: read.version };
    assert.equal((await rig.tools.edit_buffer({ edits: [edit] }, rig.context)).files[0]?.meanwhile, undefined);
    assert.equal(document.getText(), '1\n');
  });

  it('loses no keystroke that comes while it works', async () => {
    const { document } = await rig.show('race.ts', 'start\nend\n');
    for (let round = 0; round < 10; round += 1) {
      const edits = [{ path: rig.name('race.ts'), old: 'end\n', new: `agent ${round}\nend\n` }];
      const typing = vscode.commands.executeCommand('type', { text: `k${round} ` });
      await Promise.all([rig.tools.edit_buffer({ edits }, rig.context), typing]);
    }
    const lines = document.getText().split('\n');
    assert.equal(lines[0], `${Array.from({ length: 10 }, (_, at) => `k${at} `).join('')}start`);
    assert.deepEqual(lines.slice(1), [...Array.from({ length: 10 }, (_, at) => `agent ${at}`), 'end', '']);
  });

  it('edits what another process has just written, not what was there before', async () => {
    await rig.show('rewritten.ts', 'old text\n');
    rig.write('rewritten.ts', 'new text\n');
    await rig.tools.edit_buffer({ edits: [{ path: rig.name('rewritten.ts'), old: 'new', new: 'newer' }] }, rig.context);
    assert.equal(await text('rewritten.ts'), 'newer text\n');
  });

  it('refuses a buffer whose unsaved work and disk have gone apart, and shows both', async () => {
    await rig.show('apart.ts', 'base\n');
    const document = await rig.type('apart.ts', 0, 0, 'mine ');
    rig.write('apart.ts', 'theirs\n');
    const edits = [{ path: rig.name('apart.ts'), old: 'base', new: 'other' }];
    const error = await refusal('disk_conflict', rig.tools.edit_buffer({ edits }, rig.context));
    assert.match(error.message, /-theirs\n\+mine base/);
    assert.deepEqual([document.getText(), rig.read('apart.ts')], ['mine base\n', 'theirs\n']);
  });
});
