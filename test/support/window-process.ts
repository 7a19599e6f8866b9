import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { eventually } from './eventually.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

let built: string | undefined;

export interface WindowOptions {
  readonly stateDir: string;
  /** The extension's storage: the journal, and the effects of the calls. */
  readonly storage: string;
  readonly editorId: string;
  readonly folder: string;
  /** What the window starts a bridge from when none runs; it starts none unless given. */
  readonly bundle?: string;
}

/** A window in a process of its own, with the real link, router and journal; its extension host can be killed. */
export class WindowProcess {
  readonly #options: WindowOptions;
  #child: ChildProcess | undefined;
  #starts = 0;
  #state = 'stopped';
  #stderr = '';

  constructor(options: WindowOptions) {
    this.#options = options;
    mkdirSync(options.storage, { recursive: true, mode: 0o700 });
  }

  get id(): string {
    return this.#options.editorId;
  }

  /** How often each text took effect. */
  get effects(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const text of readText(join(this.#options.storage, 'effects')).split('\n')) {
      if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return counts;
  }

  get journal(): string {
    return readText(join(this.#options.storage, `${this.id}.jsonl`));
  }

  /** What the window logged. */
  get log(): string {
    return this.#stderr;
  }

  start(): void {
    built ??= build();
    this.#starts += 1;
    const options = { ...this.#options, fresh: this.#starts === 1 };
    const child = fork(built, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.on('message', (kind) => {
      if (child === this.#child && typeof kind === 'string') this.#state = kind;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#child = child;
  }

  async online(): Promise<void> {
    await eventually(() => (this.#state === 'online' ? true : undefined), `window ${this.id} to be online`);
  }

  /** kill -9 of the extension host. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#state = 'stopped';
    if (child === undefined || !running.has(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there yet.
    return '';
  }
}

/** Bundled, because a kill and a start should take no longer than they do in VS Code. */
function build(): string {
  const outfile = fileURLToPath(new URL('../../out/window-child.mjs', import.meta.url));
  buildSync({
    entryPoints: [fileURLToPath(new URL('window-child.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}
