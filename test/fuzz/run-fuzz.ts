import * as fc from 'fast-check';
import { limits } from '../../shared/limits.ts';
import { type Footprint, footprint, growthProblem, inMb, leftoverProblem } from './leftovers.ts';
import { attempt, firstAlone, minimalCase } from './minimal-case.ts';
import { describeCase, type FuzzCase, fuzzCases, runCase } from './run-case.ts';
import { Scene } from './scene.ts';
import { Worker } from './worker.ts';

export interface FuzzOptions {
  readonly n: number;
  readonly seed: number;
  /** Another bundle than this repository's. */
  readonly bundle: string | undefined;
  readonly print: (line: string) => void;
}

export interface FuzzOutcome {
  /** After a failure with those of the warm-up. */
  readonly cases: number;
  /** What went wrong, and how to see it again. */
  readonly failure: string | undefined;
}

const chunkSize = 500;
const concurrency = 12;
/** They come first, with numbers below zero: what runs once per process is loaded and optimised by then. */
const warmUpCases = 1_500;

interface Failed {
  readonly index: number | undefined;
  readonly problem: string;
}

/** Runs `n` cases against one bridge, then looks at what is left of them. The cases depend on the seed alone. */
export async function runFuzz({ n, seed, bundle, print }: FuzzOptions): Promise<FuzzOutcome> {
  const scene = await Scene.open(bundle);
  const workers = Array.from({ length: concurrency }, (_, index) => new Worker(scene, index));
  try {
    let before: Footprint | undefined;
    for (let first = -warmUpCases; first < n; first += chunkSize) {
      if (first === 0) {
        await endSessions(workers);
        before = await footprint(scene);
      }
      const cases = casesOf(seed, first / chunkSize, Math.min(chunkSize, n - first));
      const failed = await runChunk(cases, workers);
      const problem = failed ?? (await looked(scene));
      if (problem !== undefined) {
        const failure = await explain(problem, { seed, first, cases, bundle, workers, print });
        return { cases: warmUpCases + first + cases.length, failure };
      }
      if ((first / chunkSize) % 20 === 19)
        print(`${first + cases.length} cases, resident ${inMb(residentBytes(scene))}`);
    }
    await endSessions(workers);
    const problem = await attempt(async () => {
      // The windows of a short run are within their grace at its end, which a short run does not wait for.
      const graceMs = n > 10_000 ? limits.graceMs + 5_000 : 5_000;
      const lostSessions = workers.reduce((sum, worker) => sum + worker.lostAnswers, 0);
      const left = await leftoverProblem(scene, { sockets: before?.sockets, lostSessions }, graceMs);
      const after = await footprint(scene);
      if (before === undefined || after === undefined) return left;
      print(outcomes(workers));
      print(
        `held ${inMb(before.heldBytes)} → ${inMb(after.heldBytes)}, resident ${inMb(before.rssBytes)} → ${inMb(after.rssBytes)}`,
      );
      const ended = workers.reduce((sum, worker) => sum + worker.endedSessions, 0);
      return left ?? growthProblem(before, after, ended) ?? (await scene.problem());
    });
    return {
      cases: n,
      failure: problem === undefined ? undefined : `after all ${n} cases of seed ${seed}: ${problem}`,
    };
  } finally {
    await scene.dispose();
  }
}

/** How often the cases ended in which way: a run that reaches nothing proves nothing. */
function outcomes(workers: readonly Worker[]): string {
  const counts = new Map<string, number>();
  for (const { tally } of workers) for (const [name, count] of tally) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}

function residentBytes(scene: Scene): number {
  return process.platform === 'linux' ? scene.residentBytes() : 0;
}

function chunkSeed(seed: number, chunk: number): number {
  return (Math.imul(seed, 1_000_003) + chunk) | 0;
}

function casesOf(seed: number, chunk: number, count: number): readonly FuzzCase[] {
  return fc.sample(fuzzCases, { seed: chunkSeed(seed, chunk), numRuns: count });
}

/** Each worker takes the next case when it is done with one; the first failure stops them all. */
async function runChunk(cases: readonly FuzzCase[], workers: readonly Worker[]): Promise<Failed | undefined> {
  let next = 0;
  let failed: Failed | undefined;
  const work = async (worker: Worker): Promise<void> => {
    while (failed === undefined) {
      const index = next++;
      const given = cases[index];
      if (given === undefined) return;
      const problem = await attempt(() => runCase(given, worker));
      if (problem !== undefined) failed ??= { index, problem };
    }
  };
  await Promise.all(workers.map((worker) => work(worker)));
  return failed;
}

async function looked(scene: Scene): Promise<Failed | undefined> {
  const problem = await attempt(() => scene.problem());
  return problem === undefined ? undefined : { index: undefined, problem };
}

async function endSessions(workers: readonly Worker[]): Promise<void> {
  for (const worker of workers) await worker.dispose();
}

interface Failure {
  readonly seed: number;
  readonly first: number;
  readonly cases: readonly FuzzCase[];
  readonly bundle: string | undefined;
  readonly workers: readonly Worker[];
  readonly print: (line: string) => void;
}

/** Tells which case it was, and the least request that shows it. */
async function explain(
  { index, problem }: Failed,
  { seed, first, cases, bundle, workers, print }: Failure,
): Promise<string> {
  print(`Failed: ${problem}\nLooking for the least case that shows it …`);
  const suspects =
    index === undefined
      ? cases.map((_, place) => place)
      : [
          index,
          ...cases
            .map((_, place) => place)
            .slice(0, index)
            .reverse(),
        ];
  const place = await firstAlone(cases, index === undefined ? suspects : suspects.slice(0, 25), bundle);
  const where = (at: number) => `seed ${seed}, case ${first + at}`;
  if (place === undefined) {
    const [worker] = workers;
    const given = index === undefined ? undefined : cases[index];
    const text =
      given === undefined || worker === undefined
        ? ''
        : `\nIts case:\n${await attempt(() => describeCase(given, worker))}`;
    const range = index === undefined ? `seed ${seed}, cases ${first} to ${first + cases.length - 1}` : where(index);
    return `${range}: ${problem}\nNo case shows it alone.${text}`;
  }
  const minimal = await minimalCase({ seed: chunkSeed(seed, first / chunkSize), path: place }, bundle);
  if (minimal === undefined) return `${where(place)}: ${problem}`;
  return `${where(place)}: ${minimal.problem}\nLeast case that shows it:\n${minimal.text}`;
}
