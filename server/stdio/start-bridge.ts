import { type ChildProcess, spawn } from 'node:child_process';
import { bridgeEnvironment } from '../../shared/bridge-environment.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import { serveEventSchema } from '../../shared/state-files.ts';
import { UnreachableError } from '../recovery/connection.ts';

export interface StartBridgeDeps {
  readonly stateDir: string;
  /** This program's own bundle, which is the bridge's too. */
  readonly bundle: string;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** Whether `execPath` is VS Code's own program. */
  readonly runAsNode: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** The lock of whoever starts the bridge; undefined while another process has it. */
  readonly acquireLock: () => Promise<Disposable | undefined>;
  readonly isRunning: () => Promise<boolean>;
}

/** Kept of what a bridge says before it is up. */
const maxKeptChars = 16_384;

/**
 * Starts the bridge as a process of its own, which outlives this one, or waits for whoever is starting it. Rejects with an
 * `UnreachableError` when there is none afterwards.
 */
export async function startBridge(deps: StartBridgeDeps, signal: AbortSignal): Promise<void> {
  const untilMs = deps.clock.now() + limits.bridgeStartMs;
  for (;;) {
    const lock = await deps.acquireLock();
    try {
      if (await deps.isRunning()) return;
      if (lock !== undefined) return await spawnBridge(deps);
    } finally {
      lock?.dispose();
    }
    if (signal.aborted || deps.clock.now() >= untilMs) {
      throw new UnreachableError('another process is starting the bridge and does not get done');
    }
    await new Promise<void>((resolve) => deps.clock.after(limits.bridgeStartPollMs, resolve));
  }
}

async function spawnBridge({ stateDir, bundle, execPath, execArgv, runAsNode, env, clock }: StartBridgeDeps) {
  const child = spawn(execPath, [...execArgv, bundle, 'serve', '--json', '--state-dir', stateDir], {
    cwd: stateDir,
    detached: true,
    windowsHide: true,
    env: bridgeEnvironment(env, { stateDir, runAsNode }),
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
  if (problem === undefined) return;
  const last = said.trimEnd().split('\n').at(-1) ?? '';
  throw new UnreachableError(
    last === '' ? problem : `${problem}: ${last}`,
    `Run "holdfast serve" in a terminal to see why; the log is bridge.log in ${stateDir}.`,
  );
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
      settle(`the bridge was not up after ${limits.bridgeStartMs / 1_000} s`);
    });
    stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end === -1) return;
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
    return false;
  }
}
