import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../run/command.ts';
import { repoRoot } from './paths.ts';

export interface Vsix {
  readonly file: string;
  readonly bytes: number;
}

const packageMs = 120_000;
const file = path.join(repoRoot, 'dist/holdfast.vsix');

/** Builds and packs what a release ships. */
export async function buildVsix(): Promise<Vsix> {
  // A failed build must not leave an older one for the tests to find.
  rmSync(file, { force: true });
  const { code, output } = await runCommand(['npm', 'run', '--silent', 'package'], {
    capture: true,
    limitMs: packageMs,
  });
  if (code !== 0) throw new Error(`npm run package failed:\n${output}`);
  return { file, bytes: statSync(file).size };
}

/** The VSIX of the last build, for runs of single parts. */
export function builtVsix(): string {
  if (!existsSync(file)) throw new Error('dist/holdfast.vsix is missing: `npm run package` builds it.');
  return file;
}
