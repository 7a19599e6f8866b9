/** What a suite inside an extension host left behind. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Results } from '../run/results.ts';
import { outDir } from './paths.ts';

/** Where the suite has to write; what an earlier run wrote is removed. */
export function freshResultsFile(name: string): string {
  const file = path.join(outDir, `results/${name}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** What `in-editor.ts` takes from its environment. */
export function suiteEnvironment(resultsFile: string, grep: string | undefined): Record<string, string> {
  return { HOLDFAST_TEST_RESULTS: resultsFile, ...(grep === undefined ? {} : { HOLDFAST_TEST_GREP: grep }) };
}

/** VS Code reports 0 when the extension host dies, so only written results count. */
export function readResults(file: string, code: number | null): Results {
  if (!existsSync(file)) throw new Error(`exit code ${code}, but the suite wrote no results`);
  const results: Results = JSON.parse(readFileSync(file, 'utf8'));
  if (results.passed + results.failed === 0) throw new Error('no test ran');
  if (code !== 0 && results.failed === 0) throw new Error(`exit code ${code} although no test failed`);
  return results;
}
