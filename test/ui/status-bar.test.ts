import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { killBridge } from '../host/bridge.ts';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { pick, readStatus, statusItem, waitForStatus } from '../host/workbench.ts';

describe('the status bar', () => {
  let stage: Stage;
  let page: Page;

  before(async () => {
    stage = await Stage.open({ userSettings: { 'holdfast.bridge.start': 'never' } });
    await stage.serve();
    page = await stage.linkedWindow(stage.scratch.sample('greeter'));
  });
  after(() => stage?.close());

  it('says connected without a coloured background', async () => {
    const status = await readStatus(page);
    assert.match(status.label, /^Holdfast: connected/);
    assert.equal(status.background, 'normal');
    await stage.screenshot(page, 'status-connected');
  });

  it('counts down with a warning background after kill -9, and its screen-reader label stays', async () => {
    await killBridge(stage.stateDir);
    // An attempt that is far enough away to watch its countdown.
    const first = await waitForStatus(page, /waiting [4-9] s/);
    assert.equal(first.background, 'warning');
    assert.match(first.label, /^Holdfast: waiting/);
    const attempt = attemptIn(first.text);
    await stage.screenshot(page, 'status-waiting');

    const seen = new Set([first.text]);
    await until('three countdown texts of one attempt', 10_000, async () => {
      const now = await readStatus(page);
      if (attemptIn(now.text) !== attempt) throw new Error(`only ${[...seen].join(', ')} before ${now.text}`);
      seen.add(now.text);
      assert.equal(now.label, first.label);
      return seen.size >= 3;
    });
    const seconds = [...seen].map((text) => Number(/waiting (\d+) s/.exec(text)?.[1]));
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => b - a),
    );
  });

  it('offers its menu on a click, and Reconnect Now makes the next attempt at once', async () => {
    const before = await waitForStatus(page, /waiting \d+ s/);
    await statusItem(page).click();
    for (const entry of ['Reconnect Now', 'Copy Agent Configuration', 'Show Log', 'Restart Bridge']) {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: entry }).waitFor();
    }
    await stage.screenshot(page, 'menu');
    await pick(page, 'Reconnect Now');
    await until('a later attempt', 5_000, async () => {
      const { text } = await readStatus(page);
      return attemptIn(text) > attemptIn(before.text);
    });
  });

  it('returns to connected by itself when a bridge is back, and the label changes with it', async () => {
    await stage.serve();
    const status = await waitForStatus(page, /connected/, 15_000);
    assert.match(status.label, /^Holdfast: connected/);
    assert.equal(status.background, 'normal');
    await stage.screenshot(page, 'status-connected-again');
  });
});

/** The attempt that the status bar names; NaN, which compares false, in other states. */
function attemptIn(text: string): number {
  return Number(/attempt (\d+)/.exec(text)?.[1]);
}
