import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { closeAll, createToolRig, refusal, type ToolRig } from './tool-rig.ts';

describe('what stands on the disk in place of a text', () => {
  let rig: ToolRig;
  before(() => {
    rig = createToolRig('disk-text');
  });
  beforeEach(closeAll);
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
});
