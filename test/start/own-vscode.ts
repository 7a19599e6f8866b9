/** The demonstration in the person's own VS Code, through its command. Its status bar is theirs to look at. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { stateDirPath } from '../../server/state-dir.ts';
import { environment } from '../../shared/state-files.ts';
import { Agent, endpointOf } from '../host/agent.ts';
import { until } from '../host/deadline.ts';
import { createScratch } from '../host/workspace.ts';
import { findWindow, fixTypeError, lookAround, reportDiagnostics } from './agent-scene.ts';
import type { Running, SceneDeps } from './npm-host.ts';
import { UsageError } from './options.ts';

const run = promisify(execFile);
/** A cold desktop start with many extensions. */
const linkedMs = 90_000;

export async function runInOwnVsCode({ steps, cleanup, vsix, ...deps }: SceneDeps, code: string): Promise<Running> {
  const cli = (...args: string[]) =>
    run(code, args, { shell: process.platform === 'win32' }).catch((error: unknown) => {
      throw new UsageError(
        `\`${code} ${args.join(' ')}\` failed; --vscode=PATH names another command. ${String(error)}`,
      );
    });
  const version = await steps.run(
    'your VS Code',
    async () => (await cli('--version')).stdout.split('\n')[0] ?? '',
    (text) => text,
  );
  assert.match(version, /^\d+\.\d+/);
  await steps.run(
    'the VSIX is installed',
    () => cli('--install-extension', vsix, '--force'),
    ({ stdout }) => stdout.trim().split('\n').at(-1) ?? '',
  );
  const scratch = createScratch();
  cleanup.add(() => scratch.remove());
  const folder = deps.folder ?? scratch.sample('greeter');
  await steps.run(
    'a window opens',
    () => cli('--new-window', folder),
    () => folder,
  );
  const stateDir = stateDirPath(undefined, process.env[environment.stateDir]);
  const endpoint = await steps.run(
    'the bridge runs and proves itself',
    () => until('a bridge', linkedMs, () => endpointOf(stateDir)),
    ({ url }) => url,
  );
  const agent = new Agent(endpoint);
  cleanup.add(() => agent.close());
  await steps.run(
    'the window links',
    () => until('the window is listed', linkedMs, () => findWindow(agent, folder).catch(() => undefined)),
    (window) => window,
  );
  const scene = { steps, agent, folder };
  await lookAround(scene);
  if (deps.folder === undefined) await fixTypeError(scene);
  else await reportDiagnostics(scene);
  steps.skip('killing the bridge', 'it is the one that your agents use');
  return { ...endpoint, workbench: undefined };
}
