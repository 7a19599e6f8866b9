interface Step {
  readonly title: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

/** The steps of a demonstration: each is timed and printed as a row when it is done. */
export class Steps {
  readonly #print: (line: string) => void;
  readonly #done: Step[] = [];

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Runs one step and describes what was seen. A failure is recorded and thrown on: later steps build on it. */
  async run<T>(title: string, work: () => Promise<T>, describe: (seen: T) => string): Promise<T> {
    const startedMs = performance.now();
    const finish = (ok: boolean, detail: string) => {
      const step = { title, ok, ms: Math.round(performance.now() - startedMs), detail };
      this.#done.push(step);
      this.#print(row(step));
    };
    try {
      const seen = await work();
      finish(true, describe(seen));
      return seen;
    } catch (error) {
      finish(false, String(error instanceof Error ? error.message : error).split('\n')[0] ?? '');
      throw error;
    }
  }

  /** Says why a step does not apply. */
  skip(title: string, why: string): void {
    this.#print(`  –      left out  ${title}: ${why}`);
  }

  summary(): string {
    const ms = this.#done.reduce((sum, step) => sum + step.ms, 0);
    const failed = this.#done.filter((step) => !step.ok).length;
    return `${this.#done.length - failed} steps done, ${failed} failed, ${ms} ms`;
  }
}

function row({ title, ok, ms, detail }: Step): string {
  return `  ${ok ? '✔' : '✖'} ${String(ms).padStart(8)} ms  ${title}${detail === '' ? '' : `: ${detail}`}`;
}
