import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { keptPort } from '../kept-port.ts';
import type { LiveServer } from './live-servers.ts';

/** tsx and a gateway's own child, on a machine with other work. */
const startMs = 30_000;
const running = new Set<ChildProcess>();
// A test file that dies must not leave a server behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One of the live servers in a process of its own, on a port that it keeps. */
export class LiveProcess {
  readonly #server: Pick<LiveServer, 'name' | 'run'>;
  readonly port: number;
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(server: Pick<LiveServer, 'name' | 'run'>, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Starts it, and resolves once it takes connections. */
  static async start(server: Pick<LiveServer, 'name' | 'run'>): Promise<LiveProcess> {
    const live = new LiveProcess(server, await keptPort());
    try {
      await live.start();
    } catch (error) {
      await live.kill();
      throw error;
    }
    return live;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  async start(): Promise<void> {
    const { args, env } = this.#server.run(this.port);
    const child = spawn(process.execPath, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text: Buffer) => (this.#said += text.toString()));
    const endMs = Date.now() + startMs;
    while (!(await accepts(this.port))) {
      if (child.exitCode !== null) throw new Error(`${this.#server.name} ended with ${child.exitCode}: ${this.#said}`);
      if (Date.now() > endMs)
        throw new Error(`${this.#server.name} does not listen after ${startMs} ms: ${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !running.has(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
