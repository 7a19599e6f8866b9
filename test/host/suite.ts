/** What `runTests` of @vscode/test-electron does, on the host from the npm registry: a suite inside the extension host. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import type { Results } from '../run/results.ts';
import { openBrowser, windowUrl } from './browser.ts';
import { within } from './deadline.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import { outDir, repoRoot } from './paths.ts';
import { freshResultsFile, readResults, suiteEnvironment } from './suite-results.ts';

export interface SuiteOptions extends Omit<HostOptions, 'driver'> {
  readonly chromium: string;
  /** Folder of the window; undefined opens one without a folder. */
  readonly workspace: string | undefined;
  /** Bundle that exports `run`. */
  readonly tests: string;
  /** Names results and screenshots. */
  readonly name: string;
  readonly grep?: string;
  readonly suiteMs?: number;
  readonly print: (line: string) => void;
}

/** The browser and the workbench talk, too; none of these lines is about the tests. */
const noise =
  /Service Worker\] registration|Creating a socket|Resolv(ing|ed) connection token|reconnection-grace-time|AccountPolicyGate|AgentHost|additional builtin extensions/;
/** The exit code arrives a moment after the extension host ends, so its end alone is no error yet. */
const exitCodeMs = 15_000;

export async function runSuite(options: SuiteOptions): Promise<Results> {
  const { name, print } = options;
  const resultsFile = freshResultsFile(name);
  const env = { ...options.env, ...suiteEnvironment(resultsFile, options.grep) };
  const host = await startHost({ ...options, env, driver: true });
  try {
    const browser = await openBrowser(options.chromium);
    const page = await browser.context.newPage();
    try {
      const code = await within(`suite ${name} ends`, options.suiteMs ?? 600_000, exitCodeOf(page, host, options));
      return readResults(resultsFile, code);
    } catch (error) {
      await page.screenshot({ path: path.join(outDir, `${name}-failed.png`) }).catch(() => {
        // A page that crashed has no picture; the error itself is rethrown.
      });
      print(`server output:\n${host.output().slice(-4_000)}`);
      throw error;
    } finally {
      await browser.close();
    }
  } finally {
    await host.stop();
  }
}

async function exitCodeOf(page: Page, host: Host, { workspace, tests, print }: SuiteOptions): Promise<number> {
  const remote = (file: string) => `vscode-remote://${host.authority}${file}`;
  const address = windowUrl(host, workspace, [
    ['extensionDevelopmentPath', remote(path.join(repoRoot, 'test/host/harness'))],
    ['extensionTestsPath', remote(tests)],
  ]);
  page.on('pageerror', (error) => print(`[page] ${error.message}`));
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const line = format(...args);
    if (!noise.test(line)) print(line);
  });
  const exitCode = new Promise<number>((resolve, reject) => {
    page.on('crash', () => reject(new Error('the page crashed')));
    page
      .exposeFunction('codeAutomationExit', resolve)
      .then(() => page.goto(address))
      .catch(reject);
  });
  const stop = new AbortController();
  try {
    return await Promise.race([exitCode, deathOfExtensionHost(host, stop.signal)]);
  } finally {
    stop.abort();
  }
}

/** Rejects some time after the extension host has ended; the exit code of an orderly end is faster. */
async function deathOfExtensionHost(host: Host, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(500);
    if (signal.aborted) return new Promise(() => {});
    const code = /Extension Host Process exited with code: ([^\n]+)/.exec(host.output())?.[1];
    if (code === undefined) continue;
    await sleep(exitCodeMs);
    throw new Error(`the extension host exited early, code ${code}`);
  }
}
