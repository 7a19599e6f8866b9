/** How long the extension takes to activate, as VS Code itself measures it ("Developer: Startup Performance"). */
import type { Page } from 'playwright-core';
import { until } from '../host/deadline.ts';
import { Stage } from '../host/stage.ts';
import { buildVsix } from '../host/vsix.ts';
import { readClipboard, runCommand, waitForStatus } from '../host/workbench.ts';
import { median } from './stats.ts';

export interface Activation {
  /** Windows opened; zero where a run leaves this out. */
  readonly windows: number;
  /** Medians: reading and running the bundle, then the call of `activate`. */
  readonly loadMs: number;
  readonly callMs: number;
}

/** @param windows how many times a window is opened anew */
export async function measureActivation(windows: number): Promise<Activation> {
  if (windows === 0) return { windows, loadMs: Number.NaN, callMs: Number.NaN };
  await buildVsix();
  const stage = await Stage.open();
  try {
    const page = await stage.linkedWindow(stage.scratch.sample('greeter'));
    const rows = [await activationRow(page)];
    while (rows.length < windows) {
      await page.reload();
      await waitForStatus(page, /connected/);
      rows.push(await activationRow(page));
    }
    return {
      windows,
      loadMs: median(rows.map(({ loadMs }) => loadMs)),
      callMs: median(rows.map(({ callMs }) => callMs)),
    };
  } finally {
    await stage.close();
  }
}

async function activationRow(page: Page): Promise<{ readonly loadMs: number; readonly callMs: number }> {
  await runCommand(page, 'Developer: Startup Performance');
  await page.locator('.tab.active', { hasText: 'Startup Performance' }).waitFor();
  const editor = page.locator('.editor-instance .monaco-editor').first();
  return until('the activation row', 20_000, async () => {
    await editor.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+C');
    // | Extension | Eager | Load Code | Call Activate | Finish Activate | Event | By |
    const row = /^\|\s*holdfast\.holdfast\s*\|[^|]*\|\s*(\d+)\s*\|\s*(\d+)\s*\|/m.exec(await readClipboard(page));
    return row !== null && { loadMs: Number(row[1]), callMs: Number(row[2]) };
  });
}
