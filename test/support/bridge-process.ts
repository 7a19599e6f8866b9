import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  environment,
  parseBridgeFile,
  type ServeEvent,
  serveEventSchema,
  stateFiles,
} from '../../shared/state-files.ts';
import { bridgeBundle } from './bridge-build.ts';
import { keptPort } from './kept-port.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

const startMs = 15_000;
const running = new Set<ChildProcess>();
// A test file that dies must not leave a bridge behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of one start; the state directory is the process's own unless given. */
export interface BridgeOptions {
  readonly stateDir?: string;
  /** Arguments after `serve --json`; default `--port` with one that is kept. */
  readonly args?: readonly string[];
  /** Options of Node itself, for example a profiler's. */
  readonly nodeArgs?: readonly string[];
  /** Another bundle than this repository's. */
  readonly bundle?: string;
  /** The user to run as, for who may choose. */
  readonly uid?: number;
}

type NodeOptions = Pick<BridgeOptions, 'nodeArgs' | 'bundle' | 'uid'>;

/** A real bridge process with its state directory. `dispose` in `afterEach` ends it, whatever the test did. */
export class BridgeProcess {
  readonly stateDir: string;
  readonly #own: TempDir | undefined;
  readonly #node: NodeOptions;
  #child: ChildProcess | undefined;
  #event: ServeEvent | undefined;
  #exit: Promise<Exit> | undefined;
  #stderr = '';
  #restOfStdout = '';

  private constructor(stateDir: string, own: TempDir | undefined, node: NodeOptions) {
    this.stateDir = stateDir;
    this.#own = own;
    this.#node = node;
  }

  /** Starts a bridge and resolves once it has printed its first line. */
  static async start(options: BridgeOptions = {}): Promise<BridgeProcess> {
    const own = options.stateDir === undefined ? tempDir() : undefined;
    const bridge = new BridgeProcess(options.stateDir ?? join(own?.path ?? '', 'state'), own, options);
    try {
      await bridge.start(options.args);
    } catch (error) {
      await bridge.dispose();
      throw error;
    }
    return bridge;
  }

  /** Starts again on the same state directory, with the same port unless `args` say otherwise. */
  async start(args?: readonly string[]): Promise<ServeEvent> {
    const given = args ?? ['--port', `${this.#event?.port ?? (await keptPort())}`];
    const child = spawnHoldfast(['serve', '--json', '--state-dir', this.stateDir, ...given], this.#node);
    this.#child = child;
    this.#stderr = '';
    this.#restOfStdout = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#exit = exitOf(child);
    this.#event = await this.#firstLine(child);
    return this.#event;
  }

  /** The first line of the latest start. */
  get event(): ServeEvent {
    if (this.#event === undefined) throw new Error('the bridge has not started');
    return this.#event;
  }

  get port(): number {
    return this.event.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return this.event.url;
  }

  get token(): string {
    return this.file('token').trim();
  }

  get editorSecret(): string {
    return this.file('editor.secret').trim();
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** What came on stdout after the first line. */
  get restOfStdout(): string {
    return this.#restOfStdout;
  }

  /** As a starter does that wants nothing but the first line. */
  closeOutputs(): void {
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
  }

  /** Content of a file in the state directory. */
  file(name: string): string {
    return readFileSync(join(this.stateDir, name), 'utf8');
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.stateDir, name), content);
  }

  /** Resolves when the process has ended. */
  exited(): Promise<Exit> {
    if (this.#exit === undefined) throw new Error('the bridge has not started');
    return this.#exit;
  }

  /** SIGTERM, and waits for the end. */
  async stop(): Promise<Exit> {
    this.#child?.kill('SIGTERM');
    return this.exited();
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<Exit> {
    this.#child?.kill('SIGKILL');
    return this.exited();
  }

  /** Ends this process and whatever bridge a shim or a window has started in its place. */
  async dispose(): Promise<void> {
    if (this.#child !== undefined && running.has(this.#child)) await this.kill();
    if (this.#own !== undefined) this.#endSuccessor();
    this.#own?.remove();
  }

  #endSuccessor(): void {
    try {
      const pid = parseBridgeFile(this.file(stateFiles.bridge))?.pid;
      if (pid !== undefined && pid !== process.pid) process.kill(pid, 'SIGKILL');
    } catch {
      // None is recorded, or it has ended.
    }
  }

  #firstLine(child: ChildProcess): Promise<ServeEvent> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}; stderr:\n${this.#stderr}`));
      const timer = setTimeout(() => fail(`no first line within ${startMs} ms`), startMs);
      if (child.stdout === null) return fail('no stdout');
      const lines = createInterface({ input: child.stdout });
      lines.once('line', (line) => {
        clearTimeout(timer);
        resolve(serveEventSchema.parse(JSON.parse(line)));
        lines.on('line', (more) => {
          this.#restOfStdout += `${more}\n`;
        });
      });
      // `close` comes after the last line.
      child.once('close', (code) => {
        clearTimeout(timer);
        fail(`the bridge ended with ${code} before its first line`);
      });
    });
  }
}

export interface RunOptions extends NodeOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs `holdfast …` to its end. */
export async function runHoldfast(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawnHoldfast(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return { ...(await exitOf(child)), stdout, stderr };
}

function spawnHoldfast(
  args: readonly string[],
  { env, cwd, nodeArgs = [], bundle, uid }: RunOptions = {},
): ChildProcess {
  // A variable of the shell that runs the tests must not lead to a real state directory.
  const { [environment.stateDir]: _, [environment.window]: __, ...clean } = process.env;
  const child = spawn(process.execPath, [...nodeArgs, bundle ?? bridgeBundle(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...clean, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
