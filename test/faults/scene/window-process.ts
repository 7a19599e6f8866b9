import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type WindowOptions, windowEventSchema, windowMessages } from '../window/options.ts';
import { killAndWait, signal } from './signals.ts';

const redirect = fileURLToPath(new URL('../window/redirect.mjs', import.meta.url));
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface WindowProcessOptions {
  /** The bundled program `window/window.ts`. */
  readonly program: string;
  readonly options: WindowOptions;
  /** Everything that the window opens goes through there; undefined: straight to the bridge. */
  readonly proxyPort?: number;
}

export interface WindowState {
  readonly kind: string;
  readonly instance?: string | undefined;
  readonly reason?: string | undefined;
}

const away: WindowState = { kind: 'away' };
const keptLines = 2_000;

/** A window over its reloads: the extension host is another process each time. */
export class WindowProcess {
  readonly log: string[] = [];
  /** Operations in the order in which the tools began with them, over all lives; once for each time. */
  readonly begun: string[] = [];
  readonly #options: WindowProcessOptions;
  readonly #pids = new Set<number>();
  #child: ChildProcess | undefined;
  #editorId = '';
  #state: WindowState = away;

  constructor(options: WindowProcessOptions) {
    this.#options = options;
    this.#begin();
  }

  get editorId(): string {
    return this.#editorId;
  }

  get folder(): string {
    return this.#options.options.folder;
  }

  get name(): string {
    return this.#options.options.name;
  }

  get state(): WindowState {
    return this.#state;
  }

  /** Begins a new epoch after the last one has ended. */
  begin(): void {
    this.#note('begins');
    this.#begin();
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    this.#note('is killed');
    const pid = this.#child?.pid;
    if (pid !== undefined) await killAndWait(pid);
    this.#state = away;
  }

  /** Leaves as a window does that reloads; killed when it takes too long, as VS Code does after a while. */
  async leave(): Promise<void> {
    this.#note('leaves');
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.send(windowMessages.leave, () => undefined);
    const limit = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(limit);
    this.#state = away;
  }

  /** A person looks at it. */
  focus(): void {
    if (this.#child?.connected === true) this.#child.send(windowMessages.focus, () => undefined);
  }

  freeze(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) signal(pid, 'SIGCONT');
  }

  async dispose(): Promise<void> {
    for (const pid of this.#pids) await killAndWait(pid);
  }

  #begin(): void {
    const { program, options, proxyPort } = this.#options;
    const child = fork(program, [JSON.stringify(options)], {
      execArgv: proxyPort === undefined ? [] : ['--import', redirect],
      env: { ...process.env, ...(proxyPort === undefined ? {} : { HOLDFAST_FAULT_PROXY: String(proxyPort) }) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    running.add(child);
    if (child.pid !== undefined) this.#pids.add(child.pid);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#note(`stderr: ${text.trimEnd()}`));
    child.on('message', (message) => {
      const event = windowEventSchema.parse(message);
      if (child !== this.#child) return;
      if (event.type === 'id') this.#editorId = event.editorId;
      if (event.type === 'state') this.#state = event;
      if (event.type === 'work') this.begun.push(event.op);
      this.#note(event.type === 'log' ? `${event.level} ${event.message}` : JSON.stringify(event));
    });
    child.once('exit', (code, signalName) => {
      running.delete(child);
      if (child.pid !== undefined) this.#pids.delete(child.pid);
      this.#note(`ended with ${signalName ?? code}`);
    });
  }

  #note(line: string): void {
    this.log.push(`${new Date().toISOString()} ${line}`);
    if (this.log.length > keptLines * 2) this.log.splice(0, keptLines);
  }
}
