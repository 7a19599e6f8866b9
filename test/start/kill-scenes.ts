/** The bridge is killed, and the line holds: once healed by hand, once by the extension. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { BridgeFile } from '../../shared/state-files.ts';
import type { Agent } from '../host/agent.ts';
import { bridgeOf, killBridge, serveBridge } from '../host/bridge.ts';
import type { Cleanup } from '../host/cleanup.ts';
import { until } from '../host/deadline.ts';
import type { Host } from '../host/host.ts';
import { readStatus, waitForStatus } from '../host/workbench.ts';
import { findWindow } from './agent-scene.ts';
import type { Steps } from './steps.ts';

export interface KillSceneDeps {
  readonly steps: Steps;
  readonly cleanup: Cleanup;
  readonly host: Host;
  readonly page: Page;
  readonly agent: Agent;
  readonly folder: string;
  readonly stateDir: string;
  readonly screenshots: string;
}

const healMs = 30_000;

/** `holdfast.bridge.start: auto`: the extension starts a new bridge by itself. */
export async function healByItself(deps: KillSceneDeps): Promise<void> {
  const { steps, page, stateDir } = deps;
  const killed = await kill(deps, 'auto');
  await steps.run(
    'the extension starts a new bridge and the link returns',
    async () => {
      const bridge = await until('another bridge', healMs, async () => {
        const now = await bridgeOf(stateDir);
        return now?.instance !== killed.instance && now;
      });
      await waitForStatus(page, /connected/, healMs);
      return bridge;
    },
    ({ pid }) => `pid ${pid}`,
  );
  await callAgain(deps);
}

/** `holdfast.bridge.start: never`: the window waits for the person. */
export async function waitForPerson(deps: KillSceneDeps): Promise<void> {
  const { steps, host, page, stateDir, screenshots, cleanup } = deps;
  host.writeSettings({ 'holdfast.bridge.start': 'never' });
  await kill(deps, 'never');
  await steps.run(
    'the status bar counts down',
    async () => {
      const first = await until('three seconds or more to wait', healMs, async () => {
        const status = await readStatus(page);
        return secondsIn(status.text) >= 3 && status;
      });
      await page.screenshot({ path: path.join(screenshots, '2-waiting.png') });
      const second = await until('fewer seconds', 5_000, async () => {
        const status = await readStatus(page);
        return secondsIn(status.text) < secondsIn(first.text) && status;
      });
      assert.equal(second.label, first.label, 'the screen-reader label must not change with each second');
      return [first.text, second.text];
    },
    (texts) => texts.join(', then '),
  );
  const served = await steps.run(
    '`holdfast serve` by hand',
    () => serveBridge(stateDir),
    ({ event }) => `pid ${event.pid}`,
  );
  cleanup.add(() => served.dispose());
  await steps.run(
    'the link returns',
    () => waitForStatus(page, /connected/, healMs),
    ({ text }) => text,
  );
  await page.screenshot({ path: path.join(screenshots, '3-connected-again.png') });
  await callAgain(deps);
}

function kill({ steps, stateDir }: KillSceneDeps, setting: string): Promise<BridgeFile> {
  return steps.run(
    `kill -9 of the bridge (holdfast.bridge.start: ${setting})`,
    async () => {
      const bridge = await killBridge(stateDir);
      assert.ok(bridge !== undefined, 'no bridge runs on this state directory');
      return bridge;
    },
    ({ pid }) => `pid ${pid}`,
  );
}

async function callAgain({ steps, agent, folder }: KillSceneDeps): Promise<void> {
  const { sessions } = agent;
  await steps.run(
    'the next call works',
    () => findWindow(agent, folder),
    (window) =>
      agent.sessions === sessions ? window : `${window} (in a new session: the old one was answered as stale)`,
  );
}

/** Seconds of the countdown; NaN, which compares false, while nothing counts. */
function secondsIn(text: string): number {
  return Number(/waiting (\d+) s/.exec(text)?.[1]);
}
