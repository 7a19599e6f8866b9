/**
 * `npm run faults -- --minutes N --seed S`: agents at work on a real bridge and real links while both break, for N minutes
 * (default 1); which faults come follows from the seed (default: a new one, which is printed). Ends with 1 when a promise
 * was broken, with 2 for wrong options.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outDir } from '../host/paths.ts';
import { exitOnSignal } from '../host/processes.ts';
import { type FaultKind, faultKinds } from './soak/fault-kinds.ts';
import { failed, isGood, summary, transcript } from './soak/report.ts';
import { runSoak } from './soak/run-soak.ts';
import { type Defect, defects } from './window/options.ts';

const usage = `Usage: npm run faults -- [--minutes N] [--seed NUMBER] [--only FAULT,…] [--windows N] [--bundle FILE] [--defect NAME]
  --minutes  how long (default 1)
  --seed     what the faults follow from, a whole number from 0 (default: a new one)
  --only     these faults: ${faultKinds.join(', ')}; "none" for none
  --windows  how many windows, 1 to 9 (default 2)
  --bundle   the bridge to test (default: dist/holdfast.cjs, built when it is older than its sources)
  --defect   break the windows on purpose: ${defects.join(', ')}`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '1' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        only: { type: 'string' },
        windows: { type: 'string', default: '2' },
        bundle: { type: 'string' },
        defect: { type: 'string' },
      },
    });
    const { bundle } = values;
    if (bundle !== undefined && !existsSync(bundle)) throw new RangeError(`--bundle: there is no file ${bundle}`);
    const minutes = Number(values.minutes);
    if (!(minutes > 0 && minutes <= 24 * 60))
      throw new RangeError(`--minutes takes a number above 0, not ${values.minutes}`);
    const windows = wholeNumber('--windows', values.windows, 9);
    if (windows === 0) throw new RangeError('--windows takes a whole number from 1');
    return {
      durationMs: minutes * 60_000,
      seed: wholeNumber('--seed', values.seed, Number.MAX_SAFE_INTEGER),
      windows,
      ...(values.only === undefined
        ? {}
        : {
            only: values.only
              .split(',')
              .filter((name) => name !== 'none')
              .map(faultKind),
          }),
      ...(bundle === undefined ? {} : { bundle }),
      ...(values.defect === undefined ? {} : { defect: defectNamed(values.defect) }),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !(value <= most)) {
    throw new RangeError(`${name} takes a whole number up to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

function faultKind(name: string): FaultKind {
  const kind = faultKinds.find((each) => each === name);
  if (kind === undefined) throw new RangeError(`--only: there is no fault ${JSON.stringify(name)}`);
  return kind;
}

function defectNamed(name: string): Defect {
  const defect = defects.find((each) => each === name);
  if (defect === undefined) throw new RangeError(`--defect: there is no ${JSON.stringify(name)}`);
  return defect;
}

exitOnSignal();
const { seed, ...rest } = options();
const keepIn = join(outDir, 'faults', `seed-${seed}`);
console.log(`seed ${seed}`);
const report = await runSoak({ ...rest, seed, keepIn, print: (line) => console.log(line) });
console.log(summary(report));
if (!isGood(report)) {
  const worst = failed(report);
  console.error(
    `\nFAILED: ${worst.length} operations; again with --seed ${seed}; transcripts and logs are in ${keepIn}\n`,
  );
  for (const each of worst.slice(0, 5)) console.error(`${transcript(each)}\n`);
  process.exitCode = 1;
}
// Not by itself: Node 20 spins in its cleanup where a request of a killed process was never accounted for.
process.exit();
