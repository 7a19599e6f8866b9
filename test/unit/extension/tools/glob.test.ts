import assert from 'node:assert/strict';
import { pathFilter } from '../../../../extension/tools/support/glob.ts';

const paths = ['a.ts', 'src/a.ts', 'src/deep/b.test.ts', 'src/deep/c.css', 'docs/[x].md', 'src2/a.ts'];
const kept = (...globs: string[]) => paths.filter((path) => pathFilter(globs)(path));

describe('path globs', () => {
  it('keep everything when there are none', () => {
    assert.deepEqual(kept(), paths);
    assert.ok(pathFilter(undefined)('x'));
  });

  it('stop a single star at a slash, and a double one nowhere', () => {
    assert.deepEqual(kept('*.ts'), ['a.ts']);
    assert.deepEqual(kept('**/*.ts'), ['a.ts', 'src/a.ts', 'src/deep/b.test.ts', 'src2/a.ts']);
    assert.deepEqual(kept('src/**'), ['src/a.ts', 'src/deep/b.test.ts', 'src/deep/c.css']);
    assert.deepEqual(kept('src/?.ts'), ['src/a.ts']);
  });

  it('know alternatives', () => {
    assert.deepEqual(kept('**/*.{css,md}'), ['src/deep/c.css', 'docs/[x].md']);
  });

  it('leave out what a leading ! names, whatever else fits', () => {
    assert.deepEqual(kept('!**/*.test.ts', '!src2/**'), ['a.ts', 'src/a.ts', 'src/deep/c.css', 'docs/[x].md']);
    assert.deepEqual(kept('src/**', '!**/*.css'), ['src/a.ts', 'src/deep/b.test.ts']);
  });

  it('take a folder without wildcards for all that is below it, and no neighbour of a like name', () => {
    assert.deepEqual(kept('src'), ['src/a.ts', 'src/deep/b.test.ts', 'src/deep/c.css']);
    assert.deepEqual(kept('./src/deep/'), ['src/deep/b.test.ts', 'src/deep/c.css']);
  });

  it('that are absolute are held against the whole path', () => {
    const wanted = (...globs: string[]) => paths.filter((path) => pathFilter(globs)(path, `/home/me/w/${path}`));
    assert.deepEqual(wanted('/home/me/w/src/**'), ['src/a.ts', 'src/deep/b.test.ts', 'src/deep/c.css']);
    assert.deepEqual(wanted('/home/me/w/src', '!/home/me/w/src/deep'), ['src/a.ts']);
    assert.deepEqual(wanted('/src/**'), []);
    const onWindows = pathFilter(['C:\\w\\src\\**']);
    assert.deepEqual([onWindows('src/a.ts', 'c:\\w\\src\\a.ts'), onWindows('b.ts', 'c:\\w\\b.ts')], [true, false]);
  });

  it('take other special characters as they are', () => {
    assert.deepEqual(kept('docs/[x].md'), ['docs/[x].md']);
    assert.deepEqual(kept('docs/{[x].md'), []);
  });
});
