import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unlinkedPath } from '../../../../extension/tools/support/link-aliases.ts';

describe('a file that a link leads to', () => {
  let root: string;
  const at = (...parts: string[]) => path.join(root, ...parts);
  before(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-alias-')));
    mkdirSync(at('work/src'), { recursive: true });
    writeFileSync(at('work/src/a.ts'), '');
    writeFileSync(at('outside.ts'), '');
    symlinkSync(at('work/src/a.ts'), at('work/b.ts'));
    symlinkSync(at('work/src'), at('work/linked'));
    symlinkSync(at('outside.ts'), at('work/out.ts'));
    symlinkSync(at('work'), at('home'));
  });
  after(() => rmSync(root, { recursive: true }));

  it('has its own path beside that of the link, which may be of a folder', async () => {
    assert.equal(await unlinkedPath(at('work'), at('work/b.ts')), at('work/src/a.ts'));
    assert.equal(await unlinkedPath(at('work'), at('work/linked/a.ts')), at('work/src/a.ts'));
  });

  it('has no other one in a workspace that is a link itself, and outside of it', async () => {
    assert.equal(await unlinkedPath(at('home'), at('home/src/a.ts')), undefined);
    assert.equal(await unlinkedPath(at('home'), at('home/b.ts')), at('home/src/a.ts'));
    assert.equal(await unlinkedPath(at('work'), at('work/out.ts')), undefined);
    assert.equal(await unlinkedPath(at('work'), at('work/missing.ts')), undefined);
  });
});
