import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { runFuzz } from './run-fuzz.ts';

const print = (): void => {};

describe('The bridge', () => {
  it('stands 2,000 random requests and links', async () => {
    const { failure } = await runFuzz({ n: 2_000, seed: 1, bundle: undefined, print });
    assert.equal(failure, undefined);
  });
});

describe('Fuzzing', () => {
  it('refuses options that it does not know or cannot use, and tells which there are', () => {
    for (const args of [
      ['--n', 'many'],
      ['--sede', '1'],
    ]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', path.join(import.meta.dirname, 'fuzz.ts'), ...args],
        {
          encoding: 'utf8',
        },
      );
      assert.deepEqual([status, /Usage: npm run fuzz/.test(stderr)], [2, true], args.join(' '));
    }
  });
});
