import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = join(root, 'dist', 'holdfast.cjs');
let checked = false;

/** Path of the bridge's bundle; built when it is missing or older than its sources, at most once per test run. */
export function bridgeBundle(): string {
  if (!checked && newestMs(['server', 'shared', 'esbuild.mjs']) > (modifiedMs(bundle) ?? 0)) {
    execFileSync(process.execPath, ['esbuild.mjs', '--bridge'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  }
  checked = true;
  return bundle;
}

function newestMs(names: readonly string[]): number {
  return Math.max(
    ...names.flatMap((name) => {
      const path = join(root, name);
      if (!statSync(path).isDirectory()) return [modifiedMs(path) ?? 0];
      return readdirSync(path, { recursive: true, encoding: 'utf8' }).map(
        (entry) => modifiedMs(join(path, entry)) ?? 0,
      );
    }),
  );
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
