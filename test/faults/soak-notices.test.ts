import assert from 'node:assert/strict';
import { bridgeWithDoorway } from '../support/bridge-with-doorway.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { bridgeWithEdit } from './soak/broken-bridges.ts';
import type { FaultKind } from './soak/fault-kinds.ts';
import type { Failure } from './soak/oracle.ts';
import { countOf, failed, summary, transcript } from './soak/report.ts';
import { runSoak, type SoakOptions } from './soak/run-soak.ts';

const print = (): void => {};

// Beside soak.test.ts, and not in it: files run at once.
describe('The soak of what is broken', function () {
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
});
