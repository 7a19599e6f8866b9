import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BenchResults } from './report.ts';
import { rowNames } from './scene.ts';

const run = promisify(execFile);
const bench = path.join(import.meta.dirname, 'bench.ts');

describe('npm run bench', function () {
  this.timeout(120_000);

  it('measures every row, at every concurrency, and judges every goal', async () => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', bench, '--quick', '--json'], { maxBuffer: 1e8 });
    const { measured, notServed, goals, memory, comebacks, bundles, list }: BenchResults = JSON.parse(stdout);
    assert.deepEqual(
      notServed.filter((name) => name !== 'whole-modern'),
      [],
    );
    const cells = rowNames
      .filter((name) => !notServed.includes(name))
      .flatMap((name) => (name === 'initialize' ? [1] : [1, 16, 64]).map((concurrency) => `${name} ${concurrency}`));
    assert.deepEqual(
      measured.map(({ name, concurrency }) => `${name} ${concurrency}`),
      cells,
    );
    for (const { name, medians } of measured) {
      assert.ok(medians.p50Us > 0 && medians.p99Us >= medians.p50Us && medians.callsPerS > 0, name);
      if (process.platform === 'linux') assert.ok((medians.cpuUs ?? 0) > 0, `${name} has a CPU time`);
    }
    const whole = notServed.length === 0 ? 2 : 1;
    assert.equal(goals.length, 3 * whole + 2 + (process.platform === 'win32' ? 0 : 1));
    assert.ok(goals.every(({ reached }) => Number.isFinite(reached)));
    assert.deepEqual(
      memory.map(({ kind }) => kind),
      process.platform === 'win32' ? [] : ['idle', 'live'],
    );
    assert.ok(comebacks.start.p50Ms > 0 && comebacks.link.count === 2);
    assert.ok(bundles.some(({ file, bytes }) => file === 'holdfast.cjs' && bytes > 0));
    assert.ok(list.tools > 3 && list.bytes > 1_000);
  });
});
