import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realPath } from '../../../../extension/tools/support/real-path.ts';

describe('where a path really leads', () => {
  let root: string;
  const at = (...parts: string[]) => path.join(root, ...parts);
  before(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-real-')));
    mkdirSync(at('real'));
    writeFileSync(at('real/file'), '');
    symlinkSync(at('real'), at('link'));
    symlinkSync('real/new/file', at('dangling'));
    symlinkSync(at('loop-b'), at('loop-a'));
    symlinkSync(at('loop-a'), at('loop-b'));
  });
  after(() => rmSync(root, { recursive: true }));

  it('follows links to what exists', async () => {
    assert.equal(await realPath(at('link/file')), at('real/file'));
  });

  it('follows linked parents of what does not exist yet', async () => {
    assert.equal(await realPath(at('link/new/deep/file')), at('real/new/deep/file'));
  });

  it('follows a link that points at nothing', async () => {
    assert.equal(await realPath(at('dangling')), at('real/new/file'));
  });

  it('takes a file in the middle of a path as it is', async () => {
    assert.equal(await realPath(at('link/file/below')), at('real/file/below'));
  });

  it('rejects a loop', async () => {
    await assert.rejects(realPath(at('loop-a')), { code: 'ELOOP' });
  });
});
