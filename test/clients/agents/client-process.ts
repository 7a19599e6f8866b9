import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { endGroup, own } from '../../host/processes.ts';
import type { Place } from './agent.ts';

export interface ClientCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the test speaks on its stdin; else it has none. */
  readonly talks?: boolean;
}

const leaveMs = 10_000;

/** Nothing of the outer environment but the path: a person's keys, settings and proxies stay out. */
export function clientEnvironment({ home, installation }: Place, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: [path.dirname(installation.node), process.env['PATH']].join(path.delimiter),
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    TMPDIR: home,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    DO_NOT_TRACK: '1',
    ...more,
  };
}

/** A client's process, in a group of its own. */
export class ClientProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor({ command, args, env, talks = false }: ClientCommand, place: Place) {
    this.child = spawn(command, args, {
      cwd: place.folder,
      env: clientEnvironment(place, env),
      stdio: [talks ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    own(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.setEncoding('utf8').on('data', place.note);
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', resolve);
    });
    // A client that cannot even be started is told by whoever waits for it.
    this.exited.catch(() => undefined);
  }

  /** Waits for the client to leave by itself, and then ends what is left of it. */
  async end(): Promise<void> {
    await Promise.race([this.exited, new Promise((resolve) => setTimeout(resolve, leaveMs).unref())]);
    await endGroup(this.child);
  }
}

/** Runs a client to its end; resolves with what it printed on stdout, or on stderr if that was nothing. */
export async function runClient(command: ClientCommand, place: Place): Promise<string> {
  const running = new ClientProcess(command, place);
  const { stdout, stderr } = running.child;
  const printed = { stdout: '', stderr: '' };
  stdout?.on('data', (text: string) => {
    printed.stdout += text;
  });
  stderr?.on('data', (text: string) => {
    printed.stderr += text;
  });
  try {
    await running.exited;
    return printed.stdout.trim() === '' ? printed.stderr : printed.stdout;
  } finally {
    await endGroup(running.child);
  }
}
