import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { protectedPlace } from '../../../../extension/tools/support/protected-place.ts';
import { type TempDir, tempDir } from '../../../support/temp-dir.ts';

describe('the place of a file', () => {
  let dir: TempDir;
  const at = (...parts: readonly string[]): string => join(dir.path, ...parts);
  const partOf = (folders: readonly string[], named: string, real = named): Promise<string | undefined> =>
    protectedPlace(
      folders.map((folder) => ({ folder, root: folder })),
      named,
      real,
    );
  beforeEach(() => {
    dir = tempDir();
    for (const name of ['project/.vscode', 'project/.github', 'project/ai/claude', 'shared/editor'])
      mkdirSync(at(name), { recursive: true });
  });
  afterEach(() => dir.remove());

  it('is protected whatever the order of the folders that hold it', async () => {
    const folders = [at('project', '.github'), at('project')];
    for (const given of [folders, folders.toReversed()])
      assert.equal(await partOf(given, at('project', '.github', 'hooks', 'x.json')), '.github/hooks');
    assert.equal(
      await partOf([at('project', '.vscode'), at('project')], at('project', '.vscode', 'a.json')),
      '.vscode',
    );
  });

  it('is protected where a protected name links to it', async () => {
    symlinkSync(at('project', 'ai', 'claude'), at('project', '.claude'));
    symlinkSync(at('nowhere'), at('project', '.cursor'));
    symlinkSync('.gemini', at('project', '.gemini'));
    const folders = [at('project')];
    assert.equal(await partOf(folders, at('project', 'ai', 'claude', 'settings.json')), '.claude');
    assert.equal(await partOf(folders, at('project', 'ai', 'claude')), '.claude');
    assert.equal(await partOf(folders, at('project', 'ai', 'claude.md')), undefined);
    assert.equal(await partOf(folders, at('project', 'ai', 'other')), undefined);
    assert.equal(await partOf(folders, at('nowhere', 'x')), '.cursor');
  });

  it('is protected in one folder by the name that it has in another', async () => {
    symlinkSync(at('shared', 'editor'), at('linked'));
    const folders = [at('shared'), at('project')];
    const real = at('shared', 'editor', 'settings.json');
    assert.equal(await partOf(folders, real), undefined);
    assert.equal(await partOf(folders, at('project', '.vscode', 'settings.json'), real), '.vscode');
    symlinkSync(at('shared', 'editor'), at('project', '.zed'));
    assert.equal(await partOf(folders, real), '.zed');
  });

  it('has no say in a folder that cannot be read', async () => {
    assert.equal(await partOf([at('gone')], at('gone', 'src', 'a.ts')), undefined);
  });
});
