/**
 * A file that was created and opened before TypeScript's watcher told of it stays missing for those that import it: the
 * server ignores what its watcher tells about open files, and does not look again by itself.
 */
import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { importsFile, textsOf } from './import-texts.ts';
import { missingImports, reloadTypeScriptProjects } from './typescript-diagnostics.ts';
import { type WaitDeps, within } from './wait.ts';
import { shownPath } from './workspace-path.ts';

/**
 * Looks for imports of newly created files that the server calls missing, and has it look again.
 *
 * @param created files that came and that VS Code holds open
 * @param paths of the workspace's code
 * @returns a file that is still called missing, or undefined
 */
export async function healStuckImports(
  created: readonly string[],
  paths: readonly string[],
  deps: WaitDeps,
  endMs: number,
): Promise<string | undefined> {
  if (created.length === 0) return undefined;
  const texts = await textsOf(paths);
  const tests = created.map(importsFile);
  const importers = [...texts]
    .filter(([, text]) => tests.some((imports) => imports(text)))
    .map(([path]) => path)
    .slice(0, limits.recentOpenMax);
  const stuck = () => firstStuck(importers, created, deps, endMs);
  const missing = await stuck();
  if (missing === undefined) return undefined;
  await reloadTypeScriptProjects();
  return stuck();
}

async function firstStuck(
  importers: readonly string[],
  created: readonly string[],
  deps: WaitDeps,
  endMs: number,
): Promise<string | undefined> {
  for (const path of importers) {
    const missing = await within(deps, endMs - deps.clock.now(), missingImports(path));
    const file = created.find((other) => missing?.some((specifier) => means(specifier, path, other)));
    if (file !== undefined) return shownPath(vscode.Uri.file(file));
  }
  return undefined;
}

/** Whether a specifier in one file stands for another; what is not relative is compared by name. */
function means(specifier: string, from: string, file: string): boolean {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return importsFile(file)(`'${specifier}'`);
  const bare = (path: string) => path.replace(/(\.d)?\.[cm]?[jt]sx?$/, '').replace(/[\\/]index$/, '');
  return bare(resolve(dirname(from), specifier)) === bare(file);
}
