import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bridgeWithDoorway } from '../support/bridge-with-doorway.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { runFuzz } from './run-fuzz.ts';

const print = (): void => {};

describe('The bridge', () => {
  it('stands 2,000 random requests and links', async () => {
    const { failure } = await runFuzz({ n: 2_000, seed: 1, bundle: undefined, print });
    assert.equal(failure, undefined);
  });
});

describe('Fuzzing', () => {
  let folder: TempDir;
  before(() => {
    folder = tempDir();
  });
  after(() => folder.remove());

  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['a crash', `if (req.method === 'PUT') throw new Error('broken')`, /crashed|ended|ECONNREFUSED|ECONNRESET|closed/],
    ['a 500', `if (req.headers['mcp-method'] === 'ping') return res.writeHead(500).end()`, /500/],
    ['a secret in an answer', `res.setHeader('x-seen', req.headers.authorization ?? '')`, /secret/],
    [
      'an answer to another id',
      `const end = res.end; res.end = (text, ...rest) => end.call(res, String(text ?? '').replace(/"id":\\d/, '"id":9'), ...rest)`,
      /id is|no JSON|closed|hang|no answer/,
    ],
    ['memory that is never freed', 'kept.push(new Array(1_000).fill(req))', /memory grew/],
  ];
  for (const [title, fault, wanted] of faults) {
    it(`notices ${title}, and tells how to see it again`, async () => {
      const { failure } = await runFuzz({
        n: 2_000,
        seed: 1,
        bundle: bridgeWithDoorway(folder.path, 'holdfast', fault),
        print,
      });
      assert.match(String(failure), wanted);
      assert.match(String(failure), /seed 1/);
    });
  }

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
