import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { BridgeProcess, type BridgeProcessDeps } from '../../extension/bridge-process.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLog } from '../../shared/log.ts';
import { environment, parseBridgeFile, stateFiles } from '../../shared/state-files.ts';
import { bridgeBundle } from './bridge-build.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

/** The extension's side of starting, on real processes and a state directory of its own. Ends every bridge it knows. */
export class StartRig {
  readonly #temp: TempDir = tempDir();
  readonly stateDir = join(this.#temp.path, 'state');
  readonly logged: string[] = [];
  readonly #pids = new Set<number>();

  /** What a window would construct. */
  bridge(overrides: Partial<BridgeProcessDeps> = {}): BridgeProcess {
    return new BridgeProcess({
      clock: systemClock,
      log: createLog((_level, message) => this.logged.push(message)),
      random: Math.random,
      env: { ...process.env, [environment.stateDir]: this.stateDir },
      platform: process.platform,
      homeDir: this.#temp.path,
      tempDir: tmpdir(),
      execPath: process.execPath,
      bundlePath: bridgeBundle(),
      version: '0.1.0',
      ...overrides,
    });
  }

  /** Writes a program that stands in for the bridge's bundle. */
  program(source: string): string {
    const path = join(this.#temp.path, 'program.cjs');
    writeFileSync(path, source);
    return path;
  }

  /** Starts windows in processes of their own, at the same time; resolves with what each of them printed. */
  async windows(count: number): Promise<{ kind: string; instance: string | null }[]> {
    const outfile = join(this.#temp.path, 'starter.mjs');
    const entry = fileURLToPath(new URL('starter.ts', import.meta.url));
    buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
    const env = { ...process.env, [environment.stateDir]: this.stateDir };
    const bundle = bridgeBundle();
    const run = () =>
      new Promise<{ kind: string; instance: string | null }>((resolve, reject) => {
        execFile(process.execPath, [outfile, bundle], { env }, (error, stdout) => {
          if (error === null) resolve(JSON.parse(stdout));
          else reject(error);
        });
      });
    return Promise.all(Array.from({ length: count }, run));
  }

  /** The process id of the bridge that the state directory names. */
  get pid(): number {
    const pid = parseBridgeFile(readFileSync(join(this.stateDir, stateFiles.bridge), 'utf8'))?.pid;
    if (pid === undefined) throw new Error('no bridge is recorded');
    this.#pids.add(pid);
    return pid;
  }

  makeStateDir(): void {
    mkdirSync(this.stateDir, { recursive: true, mode: 0o700 });
  }

  dispose(): void {
    try {
      void this.pid;
    } catch {
      // None was started, or it has left by itself.
    }
    for (const pid of this.#pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    this.#temp.remove();
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: these are processes of our own user.
    return false;
  }
}
