/**
 * `npm run bench`: what a call costs, as ratios to a baseline of the same run. `--rounds N` (default 5), `--json`,
 * `--quick` (one short round, to see that everything runs), `--write` (keeps the result in docs/performance.md).
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureActivation } from './activation.ts';
import { measureAgentMemory } from './agent-memory.ts';
import { measureComebacks } from './comebacks.ts';
import { judge } from './goals.ts';
import { measure, type Pace } from './measure.ts';
import { performancePage } from './performance-page.ts';
import { type BenchResults, report } from './report.ts';
import { openScene, rowNames } from './scene.ts';
import { bundleSizes, listSize } from './sizes.ts';

interface Extent {
  readonly pace: Pace;
  readonly comebacks: number;
  readonly sessions: readonly number[];
  /** Windows of a real VS Code opened to see the extension activate. */
  readonly windows: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds takes a whole number from 1');
const extent: Extent = values.quick
  ? { pace: { rounds: 1, sliceMs: 40, warmUpMs: 40 }, comebacks: 2, sessions: [50], windows: 0 }
  : { pace: { rounds, sliceMs: 500, warmUpMs: 1_500 }, comebacks: 30, sessions: [1_000, 10_000], windows: 5 };

async function run({ pace, comebacks: times, sessions, windows }: Extent): Promise<BenchResults> {
  const scene = await openScene();
  try {
    const measured = await measure(scene.rows, pace);
    const comebacks = await measureComebacks(times);
    const memory = await measureAgentMemory(sessions);
    return {
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${process.platform}`,
      rounds: pace.rounds,
      titles: Object.fromEntries(scene.rows.map(({ name, title }) => [name, title])),
      measured,
      notServed: rowNames.filter((name) => scene.rows.every((row) => row.name !== name)),
      memory,
      comebacks,
      activation: await measureActivation(windows),
      bundles: bundleSizes(),
      list: listSize(scene.toolList),
      goals: judge(measured, comebacks, memory),
    };
  } finally {
    scene.dispose();
  }
}

const results = await run(extent);
console.log(values.json ? JSON.stringify(results) : report(results));
if (values.write)
  writeFileSync(path.resolve(import.meta.dirname, '../../docs/performance.md'), performancePage(results));
