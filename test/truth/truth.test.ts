import assert from 'node:assert/strict';
import { builtVsix } from '../host/vsix.ts';
import { judgeGoals, report, tally } from './report.ts';
import { runTruth } from './run-truth.ts';
import { wrongEngines, wrongVsix } from './wrong-engines.ts';

const short = { seed: 7, files: 200, tabs: 10, coldStarts: 0, print: () => {} };

describe('what agents are told right after another process has changed the disk', function () {
  this.timeout(240_000);

  it('is right or says that it may not be, in a window that has just opened and after every kind of edit', async () => {
    const results = await runTruth({ ...short, vsix: builtVsix(), edits: 18, coldStarts: 1 });
    const { answers, right, wrong } = tally(results.judged);
    assert.equal(wrong, 0, report(results));
    assert.ok(answers > 60 && right >= 0.95 * answers, report(results));
    assert.equal(results.leftBehind, undefined);
  });

  for (const name of Object.keys(wrongEngines).filter((key): key is keyof typeof wrongEngines => key in wrongEngines)) {
    it(`is found wrong without a flag where the engine ${name}`, async () => {
      const results = await runTruth({ ...short, vsix: await wrongVsix(name), edits: 12 });
      assert.ok(tally(results.judged).wrong > 0, report(results));
      assert.equal(judgeGoals(results)[0]?.met, false);
    });
  }
});
