import * as fc from 'fast-check';
import { describeCase, type FuzzCase, fuzzCases, runCase } from './run-case.ts';
import { Scene } from './scene.ts';
import { Worker } from './worker.ts';

const shrinkMs = 30_000;

/** Where a case comes from: `path` is its place in what this seed gives. */
export interface Origin {
  readonly seed: number;
  readonly path: number;
}

interface Minimal {
  readonly text: string;
  readonly problem: string;
}

/** One bridge for one case after the other, with a look at the bridge after each; a new one after each failure. */
class Bench {
  readonly #bundle: string | undefined;
  #current: { readonly scene: Scene; readonly worker: Worker } | undefined;

  constructor(bundle: string | undefined) {
    this.#bundle = bundle;
  }

  async run(given: FuzzCase): Promise<string | undefined> {
    const { scene, worker } = await this.open();
    const own = await attempt(() => runCase(given, worker));
    // Of a bridge that is gone, its log tells more than the connection that broke.
    const seen = await attempt(() => scene.problem());
    if (own === undefined && seen === undefined) return undefined;
    await this.dispose();
    return [own, seen].filter((problem) => problem !== undefined).join('\n');
  }

  async open() {
    if (this.#current === undefined) {
      const scene = await Scene.open(this.#bundle);
      this.#current = { scene, worker: new Worker(scene, 0) };
    }
    return this.#current;
  }

  async dispose(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.scene.dispose();
  }
}

/** Anything thrown while a case runs is what is wrong with it: the bridge is gone, or answers what no client can read. */
export async function attempt(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first of the cases that fails when it runs alone; the log does not tell which of those at the same time it was. */
export async function firstAlone(
  cases: readonly FuzzCase[],
  suspects: readonly number[],
  bundle: string | undefined,
): Promise<number | undefined> {
  const bench = new Bench(bundle);
  try {
    for (const index of suspects) {
      const given = cases[index];
      if (given !== undefined && (await bench.run(given)) !== undefined) return index;
    }
    return undefined;
  } finally {
    await bench.dispose();
  }
}

/** The smallest case that still fails, found in limited time; undefined when the case does not fail alone. */
export async function minimalCase({ seed, path }: Origin, bundle: string | undefined): Promise<Minimal | undefined> {
  const bench = new Bench(bundle);
  try {
    let last: { readonly given: FuzzCase; readonly problem: string } | undefined;
    const endMs = Date.now() + shrinkMs;
    await fc.check(
      fc.asyncProperty(fuzzCases, async (given) => {
        if (Date.now() > endMs) return true;
        const problem = await bench.run(given);
        if (problem !== undefined) last = { given, problem };
        return problem === undefined;
      }),
      { seed, path: String(path), numRuns: 1 },
    );
    if (last === undefined) return undefined;
    const { worker } = await bench.open();
    return { text: await describeCase(last.given, worker), problem: last.problem };
  } finally {
    await bench.dispose();
  }
}
