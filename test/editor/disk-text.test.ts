import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { limits } from '../../shared/limits.ts';
import { createToolRig, refusal, type ToolRig } from './tool-rig.ts';

describe('what stands on the disk in place of a text', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('disk-text');
  });
  after(() => rig.dispose());

  const put = (file: string, bytes: Uint8Array) => writeFileSync(rig.uri(file).fsPath, bytes);
  const bytesOf = (file: string) => readFileSync(rig.uri(file).fsPath);
  const read = (file: string) => rig.tools.read_buffer({ path: rig.name(file), diff_to_disk: true }, rig.context);
  const edit = (file: string, old: string, text: string) =>
    rig.tools.edit_buffer({ edits: [{ path: rig.name(file), old, new: text }], save: true }, rig.context);

  for (const [where, open] of [
    ['a tab', (file: string) => rig.show(file, 'one\n')],
    ['no tab', (file: string) => Promise.resolve(rig.write(file, 'one\n'))],
  ] as const) {
    const named = (file: string) => `${where.replace(' ', '-')}-${file}`;

    it(`is called no text any more, and never written over, in ${where}`, async () => {
      const file = named('binary.txt');
      await open(file);
      assert.equal((await read(file)).freshness.diskInSync, true);
      const bytes = Buffer.from([0, 1, 2, 10]);
      put(file, bytes);
      const { diff, freshness } = await read(file);
      assert.deepEqual(
        [diff, freshness.diskInSync, freshness.reason],
        [null, false, 'the file on disk is not text any more'],
      );
      const error = await refusal('not_a_file', edit(file, 'one', 'two'));
      assert.match(error.message, /the file on disk is not text any more; nothing was changed/);
      assert.deepEqual(bytesOf(file), bytes);
    });

    it(`is called a folder where it is one now, in ${where}`, async () => {
      const file = named('folder.txt');
      await open(file);
      await read(file);
      rmSync(rig.uri(file).fsPath);
      mkdirSync(rig.uri(file).fsPath);
      const error = await refusal('not_a_file', edit(file, 'one', 'two'));
      assert.match(error.message, /folder/);
      if (where === 'no tab') await refusal('not_a_file', read(file));
      else assert.equal((await read(file)).freshness.reason, 'there is a folder in the place of the file');
    });
  }

  it('is left alone where its bytes do not fit its encoding, and said to', async () => {
    const bytes = Buffer.from('na\xefve \x93q\x94\nline2\n', 'latin1');
    put('menu.txt', bytes);
    const { freshness } = await read('menu.txt');
    assert.deepEqual(
      [freshness.diskInSync, freshness.reason],
      [false, 'the file is not valid UTF-8: what does not fit stands here as U+FFFD'],
    );
    const error = await refusal('edit_rejected', edit('menu.txt', 'line2', 'line3'));
    assert.match(error.message, /is not valid UTF-8/);
    assert.equal(error.retryable, false);
    await rig.type('menu.txt', 1, 0, 'typed ');
    await refusal('edit_rejected', edit('menu.txt', 'line2', 'line3'));
    assert.equal((await read('menu.txt')).freshness.diskInSync, false);
    assert.deepEqual(bytesOf('menu.txt'), bytes);
  });

  it('is a text in the encoding in which it was opened', async () => {
    put('opened.txt', Buffer.from('na\xefve\nline2\n', 'latin1'));
    await vscode.workspace.openTextDocument(rig.uri('opened.txt'), { encoding: 'windows1252' });
    const { text, freshness } = await read('opened.txt');
    assert.deepEqual([text, freshness.diskInSync, freshness.reason], ['naïve\nline2\n', true, undefined]);
    await edit('opened.txt', 'line2', 'line3');
    assert.deepEqual(bytesOf('opened.txt'), Buffer.from('na\xefve\nline3\n', 'latin1'));
  });

  for (const [encoding, bytes] of [
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ] as const) {
    it(`may hold U+FFFD itself, in ${encoding}`, async () => {
      const file = `${encoding}.txt`;
      put(file, bytes('a \ufffd\r\nline2\n'));
      const { freshness } = await read(file);
      assert.deepEqual([freshness.diskInSync, freshness.reason], [true, undefined]);
      await edit(file, 'line2', 'line3');
      assert.equal((await read(file)).freshness.diskInSync, true);
    });
  }

  for (const [change, from, to, after] of [
    ['line ends became CRLF', 'one\ntwo\n', 'one\r\ntwo\r\n', 'one\r\n2\r\n'],
    ['line ends became LF', 'one\r\ntwo\r\n', 'one\ntwo\n', 'one\n2\n'],
    ['byte order mark came', 'one\ntwo\n', '\ufeffone\ntwo\n', '\ufeffone\n2\n'],
    ['byte order mark went', '\ufeffone\ntwo\n', 'one\ntwo\n', 'one\n2\n'],
  ] as const) {
    it(`is waited for where only its ${change}`, async () => {
      const file = `${change}.txt`;
      await rig.show(file, from);
      await read(file);
      rig.write(file, to);
      const [edited] = (await edit(file, 'two', '2')).files;
      assert.equal(edited?.saved, true);
      assert.equal(rig.read(file), after);
    });
  }

  it('is not waited for where VS Code evens line ends out, or keeps to a mark that was asked for', async () => {
    const texts = { mostly_lf: 'one\r\ntwo\nthree\n', mostly_crlf: 'one\r\ntwo\r\nthree\n', half: 'one\r\ntwo\n' };
    for (const [file, text] of Object.entries(texts)) {
      rig.write(file, text);
      const { freshness } = await read(file);
      assert.deepEqual([file, freshness.diskInSync], [file, true]);
    }
    rig.write('asked.txt', 'one\n');
    const longAgo = new Date(Date.now() - 2 * limits.watcherLagMaxMs);
    utimesSync(rig.uri('asked.txt').fsPath, longAgo, longAgo);
    const document = await vscode.workspace.openTextDocument(rig.uri('asked.txt'), { encoding: 'utf8bom' });
    assert.equal(document.encoding, 'utf8bom');
    assert.equal((await read('asked.txt')).freshness.diskInSync, true);
    await edit('asked.txt', 'one', '1');
    assert.equal(rig.read('asked.txt'), '\ufeff1\n');
  });
});
