import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { createToolRig, refusal, type ToolRig, unseen } from './tool-rig.ts';

describe('read_buffer in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('read-buffer');
  });
  after(() => rig.dispose());

  it('reads a file without a tab and leaves none behind', async () => {
    rig.write('plain.ts', 'one\ntwo\nthree\n');
    const answer = await unseen(() => rig.tools.read_buffer({ path: rig.name('plain.ts') }, rig.context));
    assert.equal(answer.text, 'one\ntwo\nthree\n');
    assert.deepEqual(answer.range, { start_line: 1, end_line: 4 });
    assert.deepEqual(answer.freshness, { version: 1, dirty: false, diskInSync: true, complete: true });
    assert.deepEqual([answer.eol, answer.dirty, answer.language], ['LF', false, 'typescript']);
  });

  it('reads what the disk holds when a file comes back with its folder under the eyes of the person', async () => {
    const watcher = vscode.workspace.createFileSystemWatcher('**/moved');
    // A folder that goes before the watcher has told of it is told of neither way.
    const known = new Promise((resolve) => watcher.onDidCreate(resolve));
    const { document } = await rig.show('moved/seen.ts', 'old\n');
    await known;
    const folder = rig.uri('moved').fsPath;
    const gone = new Promise((resolve) => watcher.onDidDelete(resolve));
    const back = new Promise((resolve) => watcher.onDidCreate(resolve));
    renameSync(folder, `${folder}-away`);
    rig.write('moved-away/seen.ts', 'new\n');
    await gone;
    renameSync(`${folder}-away`, folder);
    await back;
    watcher.dispose();
    const answer = await rig.tools.read_buffer({ path: rig.name('moved/seen.ts') }, rig.context);
    assert.deepEqual([answer.text, answer.freshness.diskInSync, document.getText()], ['new\n', true, 'new\n']);
  });

  it('shows unsaved work and its difference to the disk, and saves nothing', async () => {
    await rig.show('unsaved.ts', 'one\ntwo\n');
    await rig.type('unsaved.ts', 1, 0, 'new ');
    const answer = await unseen(() =>
      rig.tools.read_buffer({ path: rig.name('unsaved.ts'), diff_to_disk: true }, rig.context),
    );
    assert.equal(answer.text, 'one\nnew two\n');
    assert.equal(answer.diff, '@@ -1,3 +1,3 @@\n one\n-two\n+new two\n ');
    assert.deepEqual([answer.dirty, answer.freshness.diskInSync], [true, true]);
    assert.equal(rig.read('unsaved.ts'), 'one\ntwo\n');
  });

  it('says that the file changed under unsaved work', async () => {
    await rig.show('conflict.ts', 'one\n');
    await rig.type('conflict.ts', 0, 0, 'mine ');
    rig.write('conflict.ts', 'theirs\n');
    const { text, freshness } = await rig.tools.read_buffer({ path: rig.name('conflict.ts') }, rig.context);
    assert.equal(text, 'mine one\n');
    assert.equal(freshness.diskInSync, false);
    assert.match(freshness.reason ?? '', /changed on disk/);
  });

  it('waits for VS Code to load what another process wrote', async () => {
    await rig.show('reload.ts', 'old\n');
    for (let round = 0; round < 5; round += 1) {
      rig.write('reload.ts', `round ${round}\n`);
      const answer = await rig.tools.read_buffer({ path: rig.name('reload.ts') }, rig.context);
      assert.equal(answer.text, `round ${round}\n`);
      assert.equal(answer.freshness.diskInSync, true);
    }
  });

  it('reads an untitled document by the name that get_editor_context shows', async () => {
    const document = await vscode.workspace.openTextDocument({ content: 'draft', language: 'markdown' });
    await vscode.window.showTextDocument(document);
    const { active } = await rig.tools.get_editor_context({}, rig.context);
    assert.match(active?.path ?? '', /^untitled:/);
    const answer = await rig.tools.read_buffer({ path: active?.path ?? '' }, rig.context);
    assert.deepEqual([answer.text, answer.dirty], ['draft', true]);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('shows CRLF text with plain line ends and says so, without its byte order mark', async () => {
    rig.write('windows.txt', '\ufeffone\r\ntwo\r\n');
    const answer = await rig.tools.read_buffer({ path: rig.name('windows.txt') }, rig.context);
    assert.deepEqual([answer.text, answer.eol, answer.freshness.diskInSync], ['one\ntwo\n', 'CRLF', true]);
  });

  it('gives a long file in pages and a chosen range whole', async () => {
    const lines = Array.from({ length: 2_000 }, (_, at) => `line number ${at + 1}`);
    rig.write('long.txt', lines.join('\n'));
    const first = await rig.tools.read_buffer({ path: rig.name('long.txt') }, rig.context);
    assert.ok(JSON.stringify(first.text).length <= 8_000);
    assert.deepEqual(first.page, { shown: first.range.end_line, total: 2_000, next: first.range.end_line + 1 });
    const rest = await rig.tools.read_buffer({ path: rig.name('long.txt'), range: { start_line: 1_000 } }, rig.context);
    assert.equal(rest.text, lines.slice(999).join('\n'));
    assert.equal(rest.page.next, null);
  });

  it('names the real count for a line past the end', async () => {
    rig.write('short.txt', 'a\nb\n');
    const error = await refusal(
      'position_out_of_range',
      rig.tools.read_buffer({ path: rig.name('short.txt'), range: { start_line: 2, end_line: 9 } }, rig.context),
    );
    assert.match(error.message, /has 3 lines; there is no line 9/);
  });

  it('refuses folders, missing files and binary files plainly', async () => {
    writeFileSync(rig.uri('image.bin').fsPath, Buffer.from([0, 1, 2, 255, 0]));
    await refusal('not_a_file', rig.tools.read_buffer({ path: 'src' }, rig.context));
    await refusal('not_found', rig.tools.read_buffer({ path: rig.name('missing.ts') }, rig.context));
    await refusal('not_a_file', rig.tools.read_buffer({ path: rig.name('image.bin') }, rig.context));
    await refusal('not_found', rig.tools.read_buffer({ path: 'untitled:Untitled-99' }, rig.context));
  });
});
