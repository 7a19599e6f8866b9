import { type ChildProcess, spawn } from 'node:child_process';
import { environment } from '../../shared/state-files.ts';
import { bridgeBundle } from './bridge-build.ts';
import type { Exit } from './bridge-process.ts';
import { eventually } from './eventually.ts';

const running = new Set<ChildProcess>();
// A test file that dies must not leave a shim behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface RpcAnswer {
  readonly id: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface ShimOptions {
  readonly stateDir: string;
  readonly cwd?: string;
  readonly window?: string;
  readonly args?: readonly string[];
}

/** A real `holdfast stdio`, with its stdin and stdout in the test's hands. */
export class ShimProcess {
  /** Every message that came, in order. */
  readonly messages: Record<string, unknown>[] = [];
  /** Lines of stdout that are no JSON object: there may be none. */
  readonly garbage: string[] = [];
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  stderr = '';
  #answers = new Map<unknown, (answer: RpcAnswer) => void>();
  #id = 0;

  constructor({ stateDir, cwd, window, args = [] }: ShimOptions) {
    const { [environment.stateDir]: _, [environment.window]: __, ...clean } = process.env;
    this.child = spawn(process.execPath, [bridgeBundle(), 'stdio', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...clean,
        [environment.stateDir]: stateDir,
        ...(window === undefined ? {} : { [environment.window]: window }),
      },
      ...(cwd === undefined ? {} : { cwd }),
    });
    running.add(this.child);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        running.delete(this.child);
        resolve({ code, signal });
      });
    });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#line(line);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // The shim may have left already.
    this.child.stdin?.on('error', () => undefined);
  }

  send(message: object | string): void {
    this.child.stdin?.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  }

  /** Sends a request; resolves with its answer, whatever that is. */
  request(method: string, params?: object, id: unknown = `t${++this.#id}`): Promise<RpcAnswer> {
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.send({ jsonrpc: '2.0', id, method, params });
    });
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  call(name: string, input: object = {}, meta?: object): Promise<RpcAnswer> {
    return this.request('tools/call', { name, arguments: input, ...(meta === undefined ? {} : { _meta: meta }) });
  }

  /** `initialize` and `notifications/initialized`; resolves with the answer of the first. */
  async initialize(capabilities: object = {}): Promise<RpcAnswer> {
    const clientInfo = { name: 'shim-test', version: '1' };
    const answer = await this.request('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
    this.notify('notifications/initialized');
    return answer;
  }

  /** Waits for a message of the server with this method. */
  async next(method: string): Promise<Record<string, unknown>> {
    return eventually(() => this.messages.find((message) => message['method'] === method), `a ${method}`);
  }

  async dispose(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  #line(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Told below, with whatever else is no message.
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.garbage.push(line);
      return;
    }
    const message: Record<string, unknown> = { ...value };
    this.messages.push(message);
    if ('method' in message) return;
    const settle = this.#answers.get(message['id']);
    this.#answers.delete(message['id']);
    settle?.({ id: undefined, ...message });
  }
}
