/**
 * `npm run bench:truth`: whether what agents are told is true right after another process has changed the disk.
 * `--edits N` (default 100), `--files N` (220), `--seed N` (1), `--cold N` (3 windows opened anew).
 */
import { parseArgs } from 'node:util';
import { buildVsix, builtVsix } from '../host/vsix.ts';
import { judgeGoals, report } from './report.ts';
import { runTruth } from './run-truth.ts';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '100' },
    files: { type: 'string', default: '220' },
    seed: { type: 'string', default: '1' },
    cold: { type: 'string', default: '3' },
    /** Takes the last build. */
    built: { type: 'boolean', default: false },
  },
});

const startedMs = performance.now();
const vsix = values.built ? builtVsix() : (await buildVsix()).file;
const results = await runTruth({
  vsix,
  seed: Number(values.seed),
  files: Number(values.files),
  edits: Number(values.edits),
  coldStarts: Number(values.cold),
  tabs: 12,
  print: (line) => console.log(line),
});
console.log(report(results));
console.log(`\nseed ${values.seed}, ${values.files} files, ${Math.round((performance.now() - startedMs) / 1000)} s`);
process.exitCode = judgeGoals(results).every(({ met }) => met) ? 0 : 1;
