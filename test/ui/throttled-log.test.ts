import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { readOutput, readStatus, runCommand, waitForStatus } from '../host/workbench.ts';

describe('the output channel', () => {
  let stage: Stage;
  let page: Page;

  before(async () => {
    stage = await Stage.open({ userSettings: { 'holdfast.bridge.start': 'never' } });
    page = await stage.window(stage.scratch.sample('greeter'));
    await waitForStatus(page, /waiting/);
  });
  after(() => stage?.close());

  it('shows the attempts 1 to 5, 10 and 20 of twenty, then one line for the recovery', async () => {
    // Attempts that are due by themselves count, too: those, and Reconnect Now for the rest.
    for (let next = await nextAttempt(page); next <= 20; next = await nextAttempt(page)) {
      await runCommand(page, 'Holdfast: Reconnect Now');
      const before = next;
      await until('the attempt has failed', 5_000, async () => (await nextAttempt(page)) > before);
    }
    assert.equal(await nextAttempt(page), 21);
    await runCommand(page, 'Holdfast: Show Log');
    const attempts = await until('attempt 20 is shown', 10_000, async () => {
      const shown = attemptsIn(await readOutput(page));
      return shown.includes(20) && shown;
    });
    assert.deepEqual(attempts, [1, 2, 3, 4, 5, 10, 20]);
    await stage.screenshot(page, 'log-throttled');

    await stage.serve();
    await waitForStatus(page, /connected/, 15_000);
    const recovered = await until('the recovery is shown', 10_000, async () => {
      const lines = (await readOutput(page)).split('\n').filter((line) => line.includes('linked to'));
      return lines.length > 0 && lines;
    });
    assert.equal(recovered.length, 1);
    assert.match(
      recovered[0] ?? '',
      /linked to bridge \S+ on port \d+ after [\d.]+ s, 21 attempts, 13 of them not logged$/,
    );
    await stage.screenshot(page, 'log-recovered');
  });
});

/** Number of the attempt that comes next, once the status bar waits for it. */
async function nextAttempt(page: Page): Promise<number> {
  return until('the window waits', 10_000, async () => {
    const attempt = /attempt (\d+)/.exec((await readStatus(page)).text)?.[1];
    return attempt !== undefined && Number(attempt);
  });
}

function attemptsIn(log: string): number[] {
  return [...log.matchAll(/attempt (\d+) failed/g)].map((match) => Number(match[1]));
}
