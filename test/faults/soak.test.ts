import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { outDir } from '../host/paths.ts';
import { bridgeWithDoorway } from '../support/bridge-with-doorway.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { bridgeWithEdit } from './soak/broken-bridges.ts';
import type { FaultKind } from './soak/fault-kinds.ts';
import type { Failure } from './soak/oracle.ts';
import { countOf, failed, summary, transcript } from './soak/report.ts';
import { runSoak, type SoakOptions } from './soak/run-soak.ts';

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
  let folder: TempDir;
  before(() => {
    folder = tempDir();
  });
  after(() => folder.remove());

  const kills: readonly FaultKind[] = ['bridge-kill', 'link-drop', 'link-cut'];
  const lostAnswers: readonly FaultKind[] = ['upstream-cut'];
  type Broken = Partial<SoakOptions>;
  const variants: readonly (readonly [string, Failure, () => Broken | Promise<Broken>])[] = [
    ['a journal that is off', 'doubled', () => ({ defect: 'journal-off', only: kills })],
    ['a repeat that runs again', 'doubled', () => ({ defect: 'repeat-runs', only: kills })],
    ['a result that is dropped', 'lost', () => ({ defect: 'result-dropped', only: [] })],
    ['a failure after the effect that denies it', 'misled', () => ({ defect: 'denies-effect', only: [] })],
    ['an answer without an effect', 'lost', () => ({ defect: 'skips-effect', only: [] })],
    [
      'a bridge that ignores keys',
      'doubled',
      () => ({
        bundle: bridgeWithDoorway(folder.path, 'keyless', `delete req.headers['idempotency-key']`),
        only: kills,
      }),
    ],
    [
      'a bridge that forgets sessions',
      'protocol',
      () => ({
        bundle: bridgeWithDoorway(
          folder.path,
          'forgetful',
          // Another one each time: of one that is repeated, all but the first are healed.
          `if (req.method === 'POST' && req.headers['mcp-session-id'] && ++requests % 20 === 0)
             req.headers['mcp-session-id'] = 'gone' + requests`,
        ),
        only: [],
      }),
    ],
    [
      'a bridge that repeats what it had sent to a server behind it',
      'doubled',
      async () => ({
        bundle: await bridgeWithEdit(folder.path, 'repeating', {
          source: 'server/recovery/repeat-policy.ts',
          from: 'return notExecuted ||',
          to: "return notExecuted || method === 'tools/call' ||",
        }),
        only: lostAnswers,
      }),
    ],
    [
      'a bridge that takes a lost answer of a server behind it for a call that did not run',
      'misled',
      async () => ({
        bundle: await bridgeWithEdit(folder.path, 'denying', {
          source: 'server/upstream/upstream-reply.ts',
          from: `new HoldfastError('outcome_unknown', message, { executed: 'unknown',`,
          to: `new HoldfastError('outcome_unknown', message, { executed: 'no',`,
        }),
        only: lostAnswers,
      }),
    ],
  ];
  for (const [title, failure, broken] of variants) {
    it(`notices ${title}`, async () => {
      const options = await broken();
      const report = await runSoak({ seed: 1, durationMs: 30_000, until: failure, print, ...options });
      assert.ok(countOf(report.judged, failure) > 0, summary(report));
      const [first] = failed(report).filter(({ verdicts }) => verdicts.some((verdict) => verdict.failure === failure));
      assert.ok(first !== undefined && transcript(first).startsWith(failure), 'a transcript tells what and why');
    });
  }

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
