import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildUpstreamStart } from '../upstream/options.ts';
import { bundleProgram } from './bundled-program.ts';
import { HttpUpstreamProcess } from './http-upstream-process.ts';
import { isRunning, killAndWait, signal } from './signals.ts';

/** Servers behind the bridge: `web` speaks Streamable HTTP, `child` is a command that the bridge starts. */
export const upstreamNames = ['web', 'child'] as const;

interface UpstreamsOptions {
  /** For programs and notes. */
  readonly folder: string;
  /** Where effects are written, one file for each server. */
  readonly ledgers: string;
}

export class Upstreams {
  readonly web: HttpUpstreamProcess;
  readonly #child: { readonly program: string } & ChildUpstreamStart;

  private constructor({ folder, ledgers }: UpstreamsOptions) {
    const web = bundleProgram('upstream/http-program.ts', folder);
    this.web = new HttpUpstreamProcess({ program: web, ledger: join(ledgers, 'web') });
    this.#child = {
      program: bundleProgram('upstream/child-program.ts', folder),
      ledger: join(ledgers, 'child'),
      pids: join(folder, 'child.pids'),
    };
  }

  /** Resolves when the server with a port listens. */
  static async open(options: UpstreamsOptions): Promise<Upstreams> {
    const upstreams = new Upstreams(options);
    await upstreams.web.begin();
    return upstreams;
  }

  /** What the bridge's config.json says of them. */
  get config(): object {
    const { program, ...start } = this.#child;
    return {
      upstreams: {
        web: { url: this.web.url, trustHints: true },
        child: { command: process.execPath, args: [program, JSON.stringify(start)], trustHints: true },
      },
    };
  }

  /** SIGKILL of the command that runs now, if one does. */
  async killChild(): Promise<void> {
    const pid = this.#running().at(-1);
    if (pid !== undefined) await killAndWait(pid);
  }

  /** SIGSTOP of that command for so long. */
  async freezeChild(ms: number): Promise<void> {
    const pid = this.#running().at(-1);
    if (pid === undefined || !signal(pid, 'SIGSTOP')) return;
    await delay(ms);
    signal(pid, 'SIGCONT');
  }

  /** After the bridge that started the commands. */
  async dispose(): Promise<void> {
    await this.web.kill();
    for (const pid of this.#running()) await killAndWait(pid);
  }

  /** Commands that have not ended, the latest last. */
  #running(): readonly number[] {
    const { program, pids } = this.#child;
    const noted = readIfThere(pids).trim().split('\n').map(Number);
    // Ids are used again: another program's process is none of ours.
    const isOurs = (pid: number) =>
      process.platform !== 'linux' || readIfThere(`/proc/${pid}/cmdline`).includes(program);
    return noted.filter((pid) => pid > 0 && isRunning(pid) && isOurs(pid));
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not there yet, or not any more.
    return '';
  }
}
