/** Runs one set of editor tests on a downloaded desktop VS Code (`VSCODE_VERSION`, else the stable one). */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runVSCodeCommand, VSCodeCommandError } from '@vscode/test-electron';
import type { Results } from '../run/results.ts';
import { bundleEditorTests, type EditorSet } from './bundle.ts';
import { cacheDir } from './cached-install.ts';
import { hostEnvironment } from './host.ts';
import { repoRoot } from './paths.ts';
import { freshResultsFile, readResults, suiteEnvironment } from './suite-results.ts';
import { settingsFile } from './user-settings.ts';
import { createScratch } from './workspace.ts';

export interface DesktopSuiteOptions {
  readonly vsix: string;
  /** Names the results. */
  readonly name: string;
  readonly grep: string | undefined;
}

const suiteMs = 600_000;
/** What `runTests` of the same package passes, but for `--disable-workspace-trust`: that is a setting of each set. */
const flags = [
  '--no-sandbox',
  '--disable-gpu-sandbox',
  '--disable-updates',
  '--skip-welcome',
  '--skip-release-notes',
  '--no-cached-data',
  '--disable-telemetry',
];

/** A desktop needs a display: on a Linux without one, run it under `xvfb-run -a`. */
export async function runDesktopSet(set: EditorSet, { vsix, name, grep }: DesktopSuiteOptions): Promise<Results> {
  const download = { version: process.env.VSCODE_VERSION ?? 'stable', cachePath: path.join(cacheDir(), 'desktop') };
  mkdirSync(download.cachePath, { recursive: true });
  const tests = await bundleEditorTests(set);
  const resultsFile = freshResultsFile(name);
  const scratch = createScratch();
  try {
    const userData = path.join(scratch.dir, 'user');
    mkdirSync(path.join(userData, 'User'), { recursive: true });
    writeFileSync(path.join(userData, 'User/settings.json'), settingsFile(set === 'untrusted'));
    const dirs = [`--user-data-dir=${userData}`, `--extensions-dir=${path.join(scratch.dir, 'extensions')}`];
    const env = hostEnvironment({ stateDir: scratch.stateDir, env: suiteEnvironment(resultsFile, grep) });
    await runVSCodeCommand(['--install-extension', vsix, '--force', ...dirs], { ...download, spawn: { env } });
    const folder = set === 'no-folder' ? [] : [scratch.sample('greeter')];
    const suite = [
      // An empty extension: ours is the installed one.
      `--extensionDevelopmentPath=${path.join(repoRoot, 'test/host/harness')}`,
      `--extensionTestsPath=${tests}`,
    ];
    // With a path of tests this starts the editor itself, not its command line, and ends with the suite's exit code.
    const run = runVSCodeCommand([...folder, ...suite, ...dirs, ...flags], {
      ...download,
      spawn: { env, stdio: 'inherit', timeout: suiteMs },
    });
    return readResults(resultsFile, await exitCodeOf(run));
  } finally {
    await scratch.remove();
  }
}

async function exitCodeOf(run: Promise<unknown>): Promise<number | null> {
  try {
    await run;
    return 0;
  } catch (error) {
    if (error instanceof VSCodeCommandError) return error.exitCode;
    throw error;
  }
}
