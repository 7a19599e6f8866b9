/**
 * Files that changed on disk a moment ago. A language server learns of a file that no editor holds from a watcher, some
 * hundred milliseconds late; until then it judges the files that depend on it by the old text.
 */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { CleanBases } from './clean-bases.ts';
import type { DiskChange, DiskWatch } from './disk-watch.ts';
import { compareStamps, type FileStamps } from './file-stamps.ts';
import { settledDiskState } from './freshness.ts';
import { unlinkedPath } from './link-aliases.ts';
import { healStuckImports } from './stuck-imports.ts';
import { isTypeScript, showToTypeScript } from './typescript-diagnostics.ts';
import { type WaitDeps, within } from './wait.ts';
import { openDocumentOf, shownPath } from './workspace-path.ts';

/** One pair of braces only: nested ones match nothing. JSON is configuration, or imported. */
const candidates = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json}';
const excluded = '**/{node_modules,.git}/**';

export interface CatchUpDeps extends WaitDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
}

interface Changes {
  /** Only the watcher can tell the server of these: files that came or went, configuration, and what is not shown. */
  readonly toTell: readonly DiskChange[];
  /** The server is shown their present text. */
  readonly toShow: readonly string[];
  /** Files that came: VS Code may hold a document of an earlier file there. */
  readonly created: readonly string[];
}

/**
 * Makes sure that the TypeScript server judges by the files as they are: shows it those that changed, and waits until
 * its watcher knows what came and went. New files are not shown: the server has read them when the watcher told of them.
 *
 * @returns why that is not certain, or undefined
 */
export async function catchUpWithDisk(deps: CatchUpDeps, endMs: number): Promise<string | undefined> {
  const { disk } = deps;
  const nowMs = deps.clock.wallMs();
  const stamps = await stampsOf(await candidateFiles());
  const { toTell, toShow, created } =
    disk.known === undefined
      ? await recentChanges(stamps, nowMs - limits.watcherLagMaxMs)
      : await changesSince(disk.known.stamps, disk.known.atMs, stamps);
  const watchEndMs = Math.min(endMs, deps.clock.now() + limits.watcherLagMaxMs);
  const [told, shown] = await Promise.all([
    disk.reached(toTell, deps, watchEndMs),
    show([...toShow, ...disk.stale], deps, endMs),
  ]);
  await disk.released.update(isTypeScript, (path) => !stamps.has(path));
  const held = created.filter((path) => openDocumentOf(vscode.Uri.file(path)) !== undefined);
  const heldShown = await show(held, deps, endMs);
  if (!told || !shown || !heldShown) return 'files changed a moment ago; the language server may not know yet';
  disk.known = { stamps, atMs: nowMs };
  const [stale] = disk.stale;
  if (stale !== undefined)
    return `${shownPath(vscode.Uri.file(stale))} has changed on disk, and VS Code has not loaded it into its editor`;
  const code = [...stamps.keys()].filter((path) => !path.endsWith('.json'));
  const stuck = await healStuckImports(held, code, deps, endMs);
  if (stuck !== undefined)
    return `${stuck} is new, and the TypeScript server has not noticed (reloading its projects helps)`;
  return stamps.size < limits.recentScanMaxFiles
    ? undefined
    : 'the workspace is too large to look for files that changed a moment ago';
}

async function candidateFiles(): Promise<string[]> {
  const found = await vscode.workspace.findFiles(candidates, excluded, limits.recentScanMaxFiles);
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

async function stampsOf(paths: readonly string[]): Promise<FileStamps> {
  const stamps = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ctimeMs, size }) => [[path, { ctimeMs, size }]] as const,
        // Gone since it was listed.
        () => [],
      ),
    ),
  );
  return new Map(stamps.flat());
}

/** Without those that lead through a link to another one of them: the server would take them for files of their own. */
async function withoutAliases(paths: readonly string[], stamps: FileStamps): Promise<string[]> {
  const kept = await Promise.all(
    paths.map(async (path) => {
      const uri = vscode.Uri.file(path);
      const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
      if (root === undefined || openDocumentOf(uri) !== undefined) return [path];
      const own = await unlinkedPath(root, path);
      return own !== undefined && stamps.has(own) ? [] : [path];
    }),
  );
  return kept.flat();
}

async function changesSince(known: FileStamps, knownMs: number, stamps: FileStamps): Promise<Changes> {
  const { created, changed: all, gone } = compareStamps(known, stamps);
  const changed = await withoutAliases(all, stamps);
  const changedMs = (path: string) => stamps.get(path)?.ctimeMs ?? 0;
  const { toShow, unshown } = chooseShown(changed);
  return {
    toShow,
    created,
    toTell: [
      ...unshown.map((path) => ({ path, kind: 'written' as const, sinceMs: changedMs(path) })),
      // A file that was moved with its folder keeps its time.
      ...created.map((path) => ({ path, kind: 'written' as const, sinceMs: Math.max(knownMs, changedMs(path)) })),
      ...gone.map((path) => ({ path, kind: 'gone' as const, sinceMs: knownMs })),
    ],
  };
}

/** With nothing to compare with: what changed within the time that a watcher may lag behind. */
async function recentChanges(stamps: FileStamps, sinceMs: number): Promise<Changes> {
  const all = [...stamps].filter(([, { ctimeMs }]) => ctimeMs >= sinceMs).map(([path]) => path);
  const recent = await withoutAliases(all, stamps);
  const folders = await stampsOf([...new Set([...stamps.keys()].map((path) => dirname(path)))]);
  return {
    ...chooseShown(recent),
    created: recent,
    toTell: [
      ...recent.map((path) => ({ path, kind: 'written' as const, sinceMs: stamps.get(path)?.ctimeMs ?? 0 })),
      ...[...folders]
        .filter(([, { ctimeMs }]) => ctimeMs >= sinceMs)
        .map(([path, { ctimeMs }]) => ({ path, kind: 'inside' as const, sinceMs: ctimeMs })),
    ],
  };
}

/**
 * What VS Code holds is always shown. Of the rest TypeScript files, as long as they are few: VS Code keeps about 50
 * unseen documents. Scripts are often output, which the server would take for a project of its own.
 */
function chooseShown(paths: readonly string[]): { toShow: readonly string[]; unshown: readonly string[] } {
  const held = paths.filter((path) => openDocumentOf(vscode.Uri.file(path)) !== undefined);
  const code = paths.filter((path) => /\.[cm]?tsx?$/.test(path) && !held.includes(path));
  const shown = new Set(code.length <= limits.recentOpenMax ? [...held, ...code] : held);
  return {
    toShow: [...shown],
    unshown: paths.filter((path) => !shown.has(path) || path.endsWith('.json')),
  };
}

/** @returns whether the server has taken them all in time */
async function show(paths: readonly string[], deps: CatchUpDeps, endMs: number): Promise<boolean> {
  const shown = await Promise.all(paths.map((path) => showOne(vscode.Uri.file(path), deps, endMs)));
  return shown.every(Boolean);
}

async function showOne(uri: vscode.Uri, deps: CatchUpDeps, endMs: number): Promise<boolean> {
  const { stale, released } = deps.disk;
  const leftMs = () => endMs - deps.clock.now();
  const reloadMs = stale.delete(uri.fsPath) ? 0 : limits.shownReloadMs;
  while (leftMs() > 0) {
    const document = await vscode.workspace.openTextDocument(uri);
    const state = await settledDiskState(document, deps.bases, deps, Math.min(reloadMs, leftMs()));
    if (state.kind === 'behind') {
      // Once let go, the server reads the file itself.
      if (!(await released.release(document))) stale.add(uri.fsPath);
      return true;
    }
    await released.restore(uri);
    if (!isTypeScript(document)) return true;
    try {
      return (
        (await within(
          deps,
          leftMs(),
          showToTypeScript(uri).then(() => true),
        )) === true
      );
    } catch (error) {
      // VS Code drops documents without a tab when it holds too many: then it is opened again.
      if (!document.isClosed) throw error;
    }
  }
  return false;
}
