import assert from 'node:assert/strict';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ReviewFile } from '../../extension/reviews/reviews.ts';
import { acceptReview } from '../../extension/tools/support/accept-review.ts';
import { createToolRig, refusal, type ToolRig, unseen } from './tool-rig.ts';

describe('review_diff in VS Code', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('reviews');
  });
  after(() => rig.dispose());

  const call = (input: object) => rig.tools.review_diff(input, rig.context);
  const begin = (...files: { path: string; new_text: string }[]) =>
    call({ files: files.map(({ path, new_text }) => ({ path: rig.name(path), new_text })) });
  const fileOf = (id: string): ReviewFile => {
    const [file] = rig.reviews.get(id).files;
    assert.ok(file !== undefined);
    return file;
  };
  const text = async (file: string) => (await vscode.workspace.openTextDocument(rig.uri(file))).getText();
  /** What the person does with the proposal as it stands in the diff. */
  const accept = async (id: string, finalText = fileOf(id).proposed) => {
    const acceptance = await acceptReview(fileOf(id), finalText, rig.context);
    if (acceptance.kind === 'done') rig.reviews.decide(fileOf(id), acceptance.outcome);
    return acceptance;
  };

  it('changes nothing until the person accepts, then the buffer in one undo step, and not the disk', async () => {
    const editor = await rig.show('a.ts', 'one\r\ntwo\r\nthree\r\n');
    const { review_id, pending } = await begin({ path: 'a.ts', new_text: 'one\n2\nthree\nfour\n' });
    assert.deepEqual([pending, await text('a.ts')], [true, 'one\r\ntwo\r\nthree\r\n']);
    await accept(review_id);
    assert.equal(editor.document.getText(), 'one\r\n2\r\nthree\r\nfour\r\n');
    assert.equal(rig.read('a.ts'), 'one\r\ntwo\r\nthree\r\n');
    const told = await call({ review_id });
    const { version } = editor.document;
    assert.deepEqual(
      [told.pending, told.files.map(({ sha: _, ...file }) => file)],
      [false, [{ path: rig.name('a.ts'), state: 'accepted', edited: false, version, dirty: true }]],
    );
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'one\r\ntwo\r\nthree\r\n');
  });

  it('gives back the text that the person made of it', async () => {
    rig.write('b.ts', 'const a = 1;\n');
    const { review_id } = await begin({ path: 'b.ts', new_text: 'const a = 2;\n' });
    await accept(review_id, 'const a = 3;\n');
    const { files } = await call({ review_id });
    assert.deepEqual([files[0]?.edited, files[0]?.final_text], [true, 'const a = 3;\n']);
    assert.equal(await text('b.ts'), 'const a = 3;\n');
  });

  it('never overwrites what came after the review began: the person is shown it first', async () => {
    await rig.show('c.ts', 'a\nb\n');
    const { review_id } = await begin({ path: 'c.ts', new_text: 'a\nB\n' });
    await rig.type('c.ts', 0, 0, 'typed ');
    assert.deepEqual(await accept(review_id), { kind: 'changed', base: 'typed a\nb\n' });
    assert.equal(await text('c.ts'), 'typed a\nb\n');
    rig.reviews.rebase(fileOf(review_id), 'typed a\nb\n');
    assert.equal((await accept(review_id)).kind, 'done');
    assert.equal(await text('c.ts'), 'a\nB\n');
  });

  it('creates a file that is accepted, and no other', async () => {
    const made = await begin({ path: 'new.md', new_text: '# New\n' });
    const other = await begin({ path: 'other.md', new_text: '# Other\n' });
    await accept(made.review_id);
    assert.deepEqual([rig.read('new.md'), existsSync(rig.uri('other.md').fsPath)], ['# New\n', false]);
    rig.write('other.md', 'somebody was faster\n');
    assert.deepEqual(await accept(other.review_id), { kind: 'changed', base: 'somebody was faster\n' });
  });

  it('changes nothing behind a link that was laid after the person was shown the path', async () => {
    rig.write('sub/seen.json', '{}\n');
    rig.write('.vscode/seen.json', '{}\n');
    const made = await begin({ path: 'sub/new.json', new_text: '{ "new": 1 }\n' });
    const changed = await begin({ path: 'sub/seen.json', new_text: '{ "seen": 1 }\n' });
    rmSync(rig.uri('sub').fsPath, { recursive: true });
    symlinkSync('.vscode', rig.uri('sub').fsPath);
    for (const { review_id } of [made, changed]) {
      const { message } = await refusal('version_changed', accept(review_id));
      assert.match(message, /another place now, src\/reviews\/\.vscode\/\w+\.json/);
      assert.equal(fileOf(review_id).outcome, undefined);
    }
    assert.equal(existsSync(rig.uri('.vscode/new.json').fsPath), false);
    assert.equal(await text('.vscode/seen.json'), '{}\n');
  });

  it('accepts what was proposed through a link that still leads there', async () => {
    rig.write('real/a.txt', 'a\n');
    symlinkSync('real', rig.uri('link').fsPath);
    const { review_id } = await begin({ path: 'link/a.txt', new_text: 'b\n' });
    await accept(review_id);
    assert.equal(await text('real/a.txt'), 'b\n');
  });

  it('tells a creation that fails from a text that has changed', async () => {
    const { review_id } = await begin({ path: 'notyet/x.md', new_text: '# X\n' });
    rig.write('notyet', 'a file where a folder was meant\n');
    const { message } = await refusal('invalid_input', accept(review_id));
    assert.match(message, /notyet\/x\.md cannot be created: src\/reviews\/notyet is a file/);
    assert.equal(fileOf(review_id).outcome, undefined);
    const below = await refusal('invalid_input', begin({ path: 'notyet/y/z.md', new_text: '# Z\n' }));
    assert.match(below.message, /src\/reviews\/notyet is a file/);
  });

  it('refuses what VS Code would not show as text, before the person is asked', async () => {
    rig.write('script.sh', 'echo hi\n');
    for (const file of ['script.sh', 'new.sh'])
      await refusal('invalid_input', begin({ path: file, new_text: '# \0\nrm -rf x\n' }));
    assert.deepEqual(
      rig.reviews.pending.filter(({ path }) => path.endsWith('.sh')),
      [],
    );
    const create = [{ path: rig.name('new.sh'), text: '# \0\n' }];
    await refusal('invalid_input', rig.tools.edit_buffer({ create }, rig.context));
    assert.equal(existsSync(rig.uri('new.sh').fsPath), false);
  });

  it('takes the mark that leads a file for no part of its text', async () => {
    const mark = '\ufeff';
    rig.write('marked.cs', `${mark}one\n`);
    await refusal('invalid_input', begin({ path: 'marked.cs', new_text: `${mark}one\n` }));
    for (const [file, text] of [
      ['marked.cs', `${mark}two\n`],
      ['new.cs', `${mark}new\n`],
    ] as const) {
      const { review_id } = await begin({ path: file, new_text: text });
      // An editor shows it without the mark.
      await accept(review_id, text.slice(1));
      const { files } = await call({ review_id });
      assert.deepEqual([files[0]?.state, files[0]?.edited], ['accepted', false]);
      const document = await vscode.workspace.openTextDocument(rig.uri(file));
      assert.ok(await document.save());
      assert.equal(rig.read(file), text);
    }
  });

  it('waits for the person no longer than it is told, and hears a decision at once', async () => {
    rig.write('d.ts', 'x\n');
    const { review_id } = await begin({ path: 'd.ts', new_text: 'y\n' });
    assert.equal((await call({ review_id, wait_ms: 20 })).pending, true);
    const heard = call({ review_id, wait_ms: 20_000 });
    rig.reviews.decide(fileOf(review_id), { kind: 'rejected', comment: 'Not that name.' });
    assert.deepEqual((await heard).files, [{ path: rig.name('d.ts'), state: 'rejected', comment: 'Not that name.' }]);
    assert.equal(await text('d.ts'), 'x\n');
  });

  it('takes a review back, and asks of no protected file beforehand: the diff is the question', async () => {
    const { review_id } = await begin({ path: '.vscode/tasks.json', new_text: '{}\n' });
    assert.deepEqual(rig.person.take(), []);
    assert.equal((await call({ review_id, cancel: true })).files[0]?.state, 'cancelled');
    assert.equal(existsSync(rig.uri('.vscode/tasks.json').fsPath), false);
  });

  it('shows nothing by itself when it is only asked', async () => {
    rig.write('e.ts', 'x\n');
    const { review_id } = await begin({ path: 'e.ts', new_text: 'y\n' });
    await unseen(() => call({ review_id }));
  });

  it('keeps what the person decides on from agents: it cannot be read or changed, and its key is not told', async () => {
    const scheme = 'holdfast-test';
    const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: () => 'proposal\n',
    });
    try {
      const uri = vscode.Uri.from({ scheme, authority: 'secretkey', path: '/a.ts' });
      await vscode.window.showTextDocument(uri);
      const { active } = await rig.tools.get_editor_context({ include: ['active'] }, rig.context);
      assert.equal(active?.path, 'holdfast-test:/a.ts');
      const path = uri.toString();
      const refused = await refusal('outside_workspace', rig.tools.read_buffer({ path }, rig.context));
      assert.ok(!refused.message.includes('secretkey'));
      const edits = [{ path, old: 'proposal', new: 'another' }];
      await refusal('outside_workspace', rig.tools.edit_buffer({ edits }, rig.context));
    } finally {
      provider.dispose();
    }
  });

  it('refuses what makes no review, and says what to do', async () => {
    rig.write('f.ts', 'x\n');
    await refusal('invalid_input', call({}));
    await refusal('invalid_input', call({ review_id: 'r1', files: [{ path: rig.name('f.ts'), new_text: 'y' }] }));
    await refusal('invalid_input', begin({ path: 'f.ts', new_text: 'x\n' }));
    await refusal('invalid_input', begin({ path: 'f.ts', new_text: 'y' }, { path: './f.ts', new_text: 'z' }));
    await refusal('outside_workspace', call({ files: [{ path: '/etc/hosts', new_text: '' }] }));
    const unknown = await refusal('not_found', call({ review_id: 'gone' }));
    assert.match(unknown.hint, /reload of the window/);
  });
});
