import { type ChildProcess, spawn } from 'node:child_process';
import { bridgeEnvironment } from '../../shared/bridge-environment.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { type NodeCommand, serveEventSchema } from '../../shared/state-files.ts';
import type { StartOutcome } from '../link/bridge-source.ts';
import { lastLines, logTail } from './state-dir.ts';

export interface SpawnDeps {
  readonly clock: Clock;
  readonly node: NodeCommand;
  readonly bundle: string;
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Kept of what a bridge says before it is up. */
const maxKeptChars = 16_384;

/** Starts the bridge as a process of its own, which outlives this window. Resolves when it listens or has failed. */
export async function spawnBridge({ clock, node, bundle, stateDir, env }: SpawnDeps): Promise<StartOutcome> {
  const child = spawn(node.path, [bundle, 'serve', '--json', '--state-dir', stateDir], {
    cwd: stateDir,
    detached: true,
    windowsHide: true,
    env: bridgeEnvironment(env, { stateDir, runAsNode: node.runAsNode }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = (said + part).slice(-maxKeptChars);
  });
  const problem = await firstLine(child, child.stdout, clock);
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  if (problem === undefined) return { kind: 'started' };
  const lines = limits.bridgeStartLogLines;
  const detail = lastLines(said, lines) || (await logTail(stateDir, lines));
  return { kind: 'failed', reason: problem, ...(detail === '' ? {} : { detail }) };
}

/** Undefined when the first line says that a bridge listens. A process that says nothing in time is ended. */
function firstLine(child: ChildProcess, stdout: NodeJS.ReadableStream, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const settle = (problem: string | undefined) => {
      timer.dispose();
      resolve(problem);
    };
    const timer = clock.after(limits.bridgeStartMs, () => {
      child.kill('SIGKILL');
      settle(`the bridge was not up after ${limits.bridgeStartMs / 1000} s`);
    });
    stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end !== -1)
        settle(isServeEvent(text.slice(0, end)) ? undefined : 'the bridge said something else than that it listens');
    });
    // `close` and not `exit`: all that it wrote has arrived.
    child.once('close', (code, signal) => settle(`the bridge ended with ${signal ?? `code ${code}`}`));
    child.once('error', (error) => settle(`the bridge could not be run: ${error.message}`));
  });
}

function isServeEvent(line: string): boolean {
  try {
    return serveEventSchema.safeParse(JSON.parse(line)).success;
  } catch {
    // Not JSON: some other program's words.
    return false;
  }
}
