/**
 * Files that changed on disk a moment ago. A language server learns of a file that no editor holds from a watcher, some
 * hundred milliseconds late; until then it judges the files that depend on it by the old text.
 */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { openDocumentOf } from './workspace-path.ts';
import { showToTypeScript } from './typescript-diagnostics.ts';
import { waitFor, type WaitDeps } from './wait.ts';

const sources = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';
const projectFiles = '**/{tsconfig,jsconfig,package}*.json';
const excluded = '**/{node_modules,.git}/**';

/**
 * Makes sure that the TypeScript server judges by the files as they are: shows it those that changed a moment ago, and
 * waits for its watcher where something came, went or configures the project.
 *
 * @returns why that is not certain, or undefined
 */
export async function catchUpWithDisk(deps: WaitDeps, endMs: number): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles(`{${sources},${projectFiles}}`, excluded, limits.recentScanMaxFiles);
  const local = files.filter(({ scheme }) => scheme === 'file');
  const sinceMs = deps.clock.wallMs() - limits.watcherLagMs;
  const folders = [...new Set(local.map(({ fsPath }) => dirname(fsPath)))];
  const [changedFiles, changedFolders] = await Promise.all([
    changedSince(local, ({ fsPath }) => fsPath, sinceMs),
    changedSince(folders, (path) => path, sinceMs),
  ]);
  const changed = changedFiles.map(({ item }) => item).filter((uri) => openDocumentOf(uri) === undefined);
  const [shown, unshown] = [
    changed.filter(isSource).slice(0, limits.recentOpenMax),
    changed.filter((uri) => !isSource(uri)),
  ];
  for (const uri of shown) {
    await vscode.workspace.openTextDocument(uri);
    await showToTypeScript(uri);
  }
  const hasRest = unshown.length > 0 || changed.length > shown.length + unshown.length;
  const youngest = Math.max(
    0,
    ...changedFolders.map(({ changedMs }) => changedMs),
    ...(hasRest ? changedFiles.map(({ changedMs }) => changedMs) : []),
  );
  const waitMs = youngest === 0 ? 0 : youngest + limits.watcherLagMs - deps.clock.wallMs();
  const leftMs = endMs - deps.clock.now();
  if (waitMs > 0) await waitFor(deps, Math.min(waitMs, leftMs), () => ({ dispose: () => {} }));
  if (waitMs > leftMs) return 'files came or went a moment ago; the language server may not know yet';
  return files.length >= limits.recentScanMaxFiles
    ? 'the workspace is too large to look for files that changed a moment ago'
    : undefined;
}

const isSource = (uri: vscode.Uri) => !uri.path.endsWith('.json');

/** ctime, not mtime: it can't be set back, so a file that was copied with its old times counts as changed. */
async function changedSince<T>(
  items: readonly T[],
  pathOf: (item: T) => string,
  sinceMs: number,
): Promise<{ item: T; changedMs: number }[]> {
  const found = await Promise.all(
    items.map(async (item) => {
      const changedMs = await stat(pathOf(item)).then(
        ({ ctimeMs }) => ctimeMs,
        // Gone since it was listed; its folder tells of that.
        () => 0,
      );
      return { item, changedMs };
    }),
  );
  return found.filter(({ changedMs }) => changedMs >= sinceMs);
}
