import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

const answerMs = 120_000;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of this folder in a process of its own, spoken to in messages, one at a time. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #arrived: Serializable[] = [];
  #waiting: { readonly take: (message: Serializable) => void; readonly fail: (error: Error) => void } | undefined;
  #ended: string | undefined;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    child.on('message', (message) => {
      if (this.#waiting === undefined) this.#arrived.push(message);
      else this.#waiting.take(message);
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      this.#ended = `${name} ended with ${signal ?? code}`;
      this.#waiting?.fail(new Error(this.#ended));
    });
  }

  /** @param name file name below `test/bench`, without its ending */
  static start(name: string, options: Serializable = {}): Peer {
    const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
    const child = fork(file, [JSON.stringify(options)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    running.add(child);
    return new Peer(child, name);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next message, in its shape. */
  async next<T>(shape: z.ZodType<T>): Promise<T> {
    const message = this.#arrived.shift() ?? (await this.#wait());
    return shape.parse(message);
  }

  async ask<T>(question: Serializable, shape: z.ZodType<T>): Promise<T> {
    this.#child.send(question);
    return this.next(shape);
  }

  dispose(): void {
    this.#child.kill('SIGKILL');
  }

  async #wait(): Promise<Serializable> {
    if (this.#ended !== undefined) throw new Error(this.#ended);
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Serializable>((take, fail) => {
        this.#waiting = { take, fail };
        late = setTimeout(() => fail(new Error(`no message within ${answerMs} ms`)), answerMs);
      });
    } finally {
      clearTimeout(late);
      this.#waiting = undefined;
    }
  }
}
