/** `npm run test:electron`: the editor tests on a downloaded desktop VS Code (`VSCODE_VERSION`, else the stable one). */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests, runVSCodeCommand } from '@vscode/test-electron';
import { bundleEditorTests, type EditorSet, editorSets, testFilesOf } from './bundle.ts';
import { outDir, repoRoot } from './paths.ts';
import { tempFolder } from './temp-folder.ts';
import { buildVsix } from './vsix.ts';
import { createScratch } from './workspace.ts';

const version = process.env.VSCODE_VERSION ?? 'stable';

async function runSet(set: EditorSet, vscodeExecutablePath: string, dirs: readonly string[]): Promise<void> {
  const scratch = createScratch();
  try {
    await runTests({
      vscodeExecutablePath,
      // An empty extension: ours is the installed one.
      extensionDevelopmentPath: path.join(repoRoot, 'test/host/harness'),
      extensionTestsPath: await bundleEditorTests(set),
      launchArgs: [
        ...(set === 'no-folder' ? [] : [scratch.sample('greeter')]),
        ...dirs,
        ...(set === 'untrusted' ? [] : ['--disable-workspace-trust']),
        '--skip-welcome',
        '--skip-release-notes',
        '--disable-telemetry',
      ],
      extensionTestsEnv: {
        HOLDFAST_STATE_DIR: scratch.stateDir,
        HOLDFAST_TEST_RESULTS: path.join(outDir, `results/electron-${set}.json`),
      },
    });
  } finally {
    await scratch.remove();
  }
}

const vsix = await buildVsix();
const data = tempFolder();
try {
  mkdirSync(path.join(outDir, 'results'), { recursive: true });
  const executable = await downloadAndUnzipVSCode({ version });
  const dirs = [
    `--user-data-dir=${path.join(data.path, 'user')}`,
    `--extensions-dir=${path.join(data.path, 'extensions')}`,
  ];
  await runVSCodeCommand(['--install-extension', vsix.file, '--force', ...dirs], { version });
  for (const set of editorSets.filter((each) => testFilesOf(each).length > 0)) await runSet(set, executable, dirs);
} finally {
  data.remove();
}
