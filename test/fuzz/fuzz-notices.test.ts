import assert from 'node:assert/strict';
import { bridgeWithDoorway } from '../support/bridge-with-doorway.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { runFuzz } from './run-fuzz.ts';

const print = (): void => {};

// Beside fuzz.test.ts, and not in it: files run at once.
describe('Fuzzing of what is broken', () => {
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
});
