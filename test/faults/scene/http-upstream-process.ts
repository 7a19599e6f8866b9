import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpUpstreamStart, type UpstreamOrder, upstreamReadySchema } from '../upstream/options.ts';
import { killAndWait, signal } from './signals.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const startMs = 20_000;

/** An MCP server on Streamable HTTP over its lives, all of them on one port. */
export class HttpUpstreamProcess {
  readonly log: string[] = [];
  readonly #program: string;
  readonly #ledger: string;
  #port = 0;
  #child: ChildProcess | undefined;

  constructor({ program, ledger }: { readonly program: string; readonly ledger: string }) {
    this.#program = program;
    this.#ledger = ledger;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  /** Resolves when it listens. */
  async begin(): Promise<void> {
    const start: HttpUpstreamStart = { ledger: this.#ledger, port: this.#port };
    const child = fork(this.#program, [JSON.stringify(start)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    running.add(child);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#note(text.trimEnd()));
    const ended = new Promise<never>((_resolve, reject) => {
      child.once('exit', (code, signalName) => {
        running.delete(child);
        this.#note(`ended with ${signalName ?? code}`);
        reject(new Error(`the upstream server ended\n${this.log.slice(-20).join('\n')}`));
      });
    });
    ended.catch(() => undefined);
    const ready = new Promise<unknown>((resolve) => child.once('message', resolve));
    const late = delay(startMs, undefined, { ref: false });
    this.#port = upstreamReadySchema.parse(await Promise.race([ready, ended, late])).port;
    this.#note(`listens on ${this.#port}`);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid !== undefined && this.#child !== undefined && running.has(this.#child)) await killAndWait(pid);
  }

  order(order: UpstreamOrder): void {
    this.#note(JSON.stringify(order));
    if (this.#child?.connected === true) this.#child.send(order, () => undefined);
  }

  /** SIGSTOP for so long: connections are taken, and nothing is answered. */
  async freeze(ms: number): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined || !signal(pid, 'SIGSTOP')) return;
    await delay(ms);
    signal(pid, 'SIGCONT');
  }

  #note(line: string): void {
    this.log.push(`${new Date().toISOString()} ${line}`);
  }
}
