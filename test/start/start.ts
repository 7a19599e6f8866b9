/** `npm start`: a real VS Code with the VSIX, and an agent that drives it while the bridge is killed under both. */
import path from 'node:path';
import { stateFiles } from '../../shared/state-files.ts';
import { Cleanup } from '../host/cleanup.ts';
import { buildVsix } from '../host/vsix.ts';
import { type Running, runOnNpmHost } from './npm-host.ts';
import { parseOptions, type StartOptions, UsageError, usage } from './options.ts';
import { runInOwnVsCode } from './own-vscode.ts';
import { Steps } from './steps.ts';

const print = (line: string) => console.log(line);

async function play(options: StartOptions, steps: Steps, cleanup: Cleanup): Promise<Running> {
  const vsix = await steps.run('the VSIX is built', buildVsix, ({ bytes }) => `${Math.round(bytes / 1024)} KB`);
  const deps = { folder: options.folder, vsix: vsix.file, steps, cleanup, print };
  return options.code === undefined ? runOnNpmHost(deps) : runInOwnVsCode(deps, options.code);
}

function showHowToGoOn({ url, stateDir, workbench }: Running): void {
  print('');
  if (workbench !== undefined) print(`Workbench:  ${workbench}`);
  print(`MCP:        ${url}`);
  print('Add an agent: click "Holdfast" in the status bar, "Copy Agent Configuration"; for example');
  print(
    `  claude mcp add --transport http holdfast ${url} --header "Authorization: Bearer $(cat ${path.join(stateDir, stateFiles.token)})"`,
  );
  print('Ctrl-C ends it.');
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    // A signal handler alone does not keep Node alive.
    const alive = setInterval(() => {}, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  const steps = new Steps(print);
  const cleanup = new Cleanup();
  const interrupted = interruption();
  let code = 0;
  try {
    const played = play(options, steps, cleanup);
    const running = await Promise.race([played, interrupted]);
    print(`\n${steps.summary()}`);
    if (running !== undefined && !options.exit) {
      showHowToGoOn(running);
      await interrupted;
    }
    if (running === undefined) {
      print('Interrupted.');
      code = 130;
    }
  } catch (error) {
    print(`\n${steps.summary()}`);
    print(error instanceof UsageError ? error.message : String(error instanceof Error ? error.stack : error));
    code = 1;
  }
  await cleanup.run();
  return code;
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n${usage}`);
  process.exit(2);
}
