import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { outDir } from '../host/paths.ts';
import { failed, summary, transcript } from './soak/report.ts';
import { runSoak } from './soak/run-soak.ts';

const print = (): void => {};

describe('Agents at work while everything breaks', function () {
  this.timeout(5 * 60_000);

  it('lose nothing, run nothing twice and never hang, for a minute', async () => {
    const seed = 1;
    const keepIn = path.join(outDir, 'faults', `seed-${seed}`);
    const report = await runSoak({ seed, durationMs: 60_000, keepIn, print });
    const told = failed(report).map(transcript).slice(0, 5).join('\n\n');
    assert.deepEqual([failed(report).length, report.problems], [0, []], `seed ${seed}; more in ${keepIn}\n${told}`);
    // A run that met nothing proves nothing.
    assert.ok(report.faults.length >= 15 && report.judged.length >= 300, summary(report));
    console.log(summary(report));
  });
});

describe('The soak', function () {
  this.timeout(2 * 60_000);

  it('notices nothing when nothing is wrong', async () => {
    const report = await runSoak({ seed: 1, durationMs: 3_000, only: [], print });
    assert.deepEqual([failed(report).map(transcript), report.problems], [[], []]);
  });

  it('refuses options that it does not know or cannot use, and tells which there are', () => {
    for (const args of [
      ['--minutes', 'many'],
      ['--only', 'rain'],
      ['--sede', '1'],
    ]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', path.join(import.meta.dirname, 'faults.ts'), ...args],
        { encoding: 'utf8' },
      );
      assert.deepEqual([status, /Usage: npm run faults/.test(stderr)], [2, true], args.join(' '));
    }
  });
});
