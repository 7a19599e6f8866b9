/** The demonstration on the VS Code from the npm registry, whose workbench a scripted browser watches. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { Agent, type Endpoint, endpointOf } from '../host/agent.ts';
import { openBrowser, openWindow, windowUrl } from '../host/browser.ts';
import { findChromium } from '../host/chromium.ts';
import type { Cleanup } from '../host/cleanup.ts';
import { type Host, startHost } from '../host/host.ts';
import { outDir } from '../host/paths.ts';
import { setUpHost } from '../host/setup.ts';
import { openFile, waitForStatus } from '../host/workbench.ts';
import { createScratch } from '../host/workspace.ts';
import { fixTypeError, lookAround, reportDiagnostics } from './agent-scene.ts';
import { healByItself, waitForPerson } from './kill-scenes.ts';
import type { Steps } from './steps.ts';

export interface SceneDeps {
  /** The person's folder; undefined: a copy of the sample. */
  readonly folder: string | undefined;
  readonly vsix: string;
  readonly steps: Steps;
  readonly cleanup: Cleanup;
  readonly print: (line: string) => void;
}

/** What a person needs to go on by hand. */
export interface Running extends Endpoint {
  readonly workbench: string | undefined;
}

export async function runOnNpmHost(deps: SceneDeps): Promise<Running> {
  const { steps, cleanup, print } = deps;
  const screenshots = path.join(outDir, 'start');
  rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots, { recursive: true });
  const chromium = findChromium(print);
  const installation = await setUpHost(print);
  const scratch = createScratch();
  cleanup.add(() => scratch.remove());
  const { stateDir } = scratch;
  const folder = deps.folder ?? scratch.sample('greeter');

  const host = await steps.run(
    'VS Code starts with the VSIX installed',
    () => startHost({ installation, vsix: [deps.vsix], stateDir }),
    ({ url }) => `${installation.version}, ${url}`,
  );
  cleanup.add(() => host.stop());
  const page = await openWorkbench(deps, host, chromium, folder);
  await steps.run(
    'the extension starts the bridge and links',
    () => waitForStatus(page, /connected/),
    (status) => `"${status.text}"`,
  );
  const endpoint = await endpointOf(stateDir);
  assert.ok(endpoint !== undefined, 'connected, but no bridge proves itself');
  await page.screenshot({ path: path.join(screenshots, '1-connected.png') });

  const agent = new Agent(endpoint);
  cleanup.add(() => agent.close());
  const scene = { steps, cleanup, host, page, agent, folder, stateDir, screenshots };
  await lookAround(scene);
  if (deps.folder === undefined) {
    await openFile(page, 'main.ts');
    await fixTypeError(scene);
  } else await reportDiagnostics(scene);
  await healByItself(scene);
  await waitForPerson(scene);
  await page.screenshot({ path: path.join(screenshots, '4-end.png') });
  host.writeSettings({});
  print(`Screenshots: ${path.relative(process.cwd(), screenshots)}`);
  return { ...endpoint, workbench: windowUrl(host, folder) };
}

async function openWorkbench(
  { steps, cleanup }: SceneDeps,
  host: Host,
  chromium: string,
  folder: string,
): Promise<Page> {
  const browser = await openBrowser(chromium);
  cleanup.add(() => browser.close());
  const page = await browser.context.newPage();
  await steps.run(
    'a window opens',
    () => openWindow(page, host, folder),
    () => folder,
  );
  return page;
}
