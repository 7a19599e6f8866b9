/** Runs one set of editor tests in a VS Code of its own. */
import type { Results } from '../run/results.ts';
import { bundleEditorTests, type EditorSet } from './bundle.ts';
import type { HostInstallation } from './setup.ts';
import { runSuite } from './suite.ts';
import { createScratch } from './workspace.ts';

export interface EditorSuiteOptions {
  readonly installation: HostInstallation;
  readonly chromium: string;
  readonly vsix: string;
  /** Names results and screenshots. */
  readonly name: string;
  readonly grep: string | undefined;
  readonly print: (line: string) => void;
}

export async function runEditorSet(set: EditorSet, { vsix, grep, ...options }: EditorSuiteOptions): Promise<Results> {
  const scratch = createScratch();
  try {
    return await runSuite({
      ...options,
      tests: await bundleEditorTests(set),
      vsix: [vsix],
      stateDir: scratch.stateDir,
      workspace: set === 'no-folder' ? undefined : scratch.sample('greeter'),
      trust: set === 'untrusted',
      ...(grep === undefined ? {} : { grep }),
    });
  } finally {
    await scratch.remove();
  }
}
