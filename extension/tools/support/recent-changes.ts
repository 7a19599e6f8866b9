/**
 * Files that changed on disk a moment ago. A language server learns of a file that no editor holds from a watcher, some
 * hundred milliseconds late; until then it judges the files that depend on it by the old text.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { CleanBases } from './clean-bases.ts';
import type { DiskChange, DiskWatch } from './disk-watch.ts';
import { statOf } from './document.ts';
import { settledDiskState } from './freshness.ts';
import { isTypeScript, showToTypeScript } from './typescript-diagnostics.ts';
import type { WaitDeps } from './wait.ts';

/** One pair of braces only: nested ones match nothing. */
const candidates = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json}';
/** Of the JSON files only those count that configure a project. */
const irrelevant = /[\\/](?!tsconfig|jsconfig|package\.json$)[^\\/]*\.json$/;
const excluded = '**/{node_modules,.git}/**';

export interface CatchUpDeps extends WaitDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
}

/**
 * Makes sure that the TypeScript server judges by the files as they are: waits until its watcher knows what came, went
 * or changed a moment ago, then shows it the changed files themselves. New files are not shown: the server has read them
 * when the watcher told of them, and what is shown stays counted in for minutes after it is deleted.
 *
 * @returns why that is not certain, or undefined
 */
export async function catchUpWithDisk(deps: CatchUpDeps, endMs: number): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles(candidates, excluded, limits.recentScanMaxFiles);
  const files = found
    .filter(({ scheme, path }) => scheme === 'file' && !irrelevant.test(path))
    .map(({ fsPath }) => fsPath);
  const folders = [...new Set(files.map((path) => dirname(path)))];
  const sinceMs = deps.clock.wallMs() - limits.watcherLagMaxMs;
  const [recentFiles, recentFolders] = await Promise.all([
    changedSince(files, sinceMs),
    changedSince(folders, sinceMs),
  ]);
  const watchEndMs = Math.min(endMs, deps.clock.now() + limits.watcherLagMaxMs);
  if (!(await deps.disk.reached([...recentFiles, ...recentFolders], deps, watchEndMs))) {
    return 'files changed a moment ago; the language server may not know yet';
  }
  for (const { path } of recentFiles
    .filter(({ path, bornMs }) => bornMs < sinceMs && !path.endsWith('.json'))
    .slice(0, limits.recentOpenMax)) {
    const uri = vscode.Uri.file(path);
    const document = await vscode.workspace.openTextDocument(uri);
    await settledDiskState(document, deps.bases, deps, Math.min(limits.reloadWaitMs, endMs - deps.clock.now()));
    await showToTypeScript(uri);
  }
  return found.length < limits.recentScanMaxFiles
    ? undefined
    : 'the workspace is too large to look for files that changed a moment ago';
}

/**
 * Files that are gone while their documents are still open, unseen: VS Code keeps those for some minutes, and imports of
 * them still seem to work.
 */
export async function heldAfterDeletion(): Promise<vscode.Uri[]> {
  const held: vscode.Uri[] = [];
  for (const document of vscode.workspace.textDocuments) {
    const { uri } = document;
    if (uri.scheme === 'file' && !document.isDirty && isTypeScript(document) && (await statOf(uri)) === undefined)
      held.push(uri);
  }
  return held;
}

/** Whether a text may import a file: it contains the file's name, or the folder's for an index file. */
export function mayImport(text: string, { path }: vscode.Uri): boolean {
  const stem = basename(path).replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  return text.includes(stem === 'index' ? basename(dirname(path)) : stem);
}

/** ctime, not mtime: it can't be set back, so a file that was copied with its old times counts as changed. */
async function changedSince(
  paths: readonly string[],
  sinceMs: number,
): Promise<(DiskChange & { readonly bornMs: number })[]> {
  const changes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ctimeMs, birthtimeMs }) => ({ path, changedMs: ctimeMs, bornMs: birthtimeMs }),
        // Gone since it was listed; its folder tells of that.
        () => ({ path, changedMs: 0, bornMs: 0 }),
      ),
    ),
  );
  return changes.filter(({ changedMs }) => changedMs >= sinceMs);
}
