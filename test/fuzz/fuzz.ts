/**
 * `npm run fuzz -- --n N --seed S`: N cases (default 10,000) that follow from the seed (default 1) against a real bridge.
 * `--bundle FILE` takes another bridge than this repository's. Ends with 1 when a case failed, with 2 for wrong options.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runFuzz } from './run-fuzz.ts';

const usage = `Usage: npm run fuzz -- [--n CASES] [--seed NUMBER] [--bundle FILE]
  --n       how many cases, a whole number from 1 (default 10000)
  --seed    what the cases follow from, a whole number from 0 (default 1)
  --bundle  the bridge to test (default: dist/holdfast.cjs, built when it is older than its sources)`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        n: { type: 'string', default: '10000' },
        seed: { type: 'string', default: '1' },
        bundle: { type: 'string' },
      },
    });
    const { bundle } = values;
    if (bundle !== undefined && !existsSync(bundle)) throw new RangeError(`--bundle: there is no file ${bundle}`);
    return { n: wholeNumber('--n', values.n, 1), seed: wholeNumber('--seed', values.seed, 0), bundle };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} takes a whole number from ${least}, not ${JSON.stringify(text)}`);
  }
  return value;
}

const { n, seed, bundle } = options();
const startedMs = performance.now();
const { cases, failure } = await runFuzz({ n, seed, bundle, print: (line) => console.log(line) });
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
if (failure === undefined) console.log(`${cases} cases of seed ${seed} passed in ${seconds} s`);
else {
  console.error(`\nFAILED after ${cases} cases, ${seconds} s\n${failure}`);
  process.exitCode = 1;
}
