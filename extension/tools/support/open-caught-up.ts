/** Opens a document once language servers can know what has changed on disk. */
import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { ToolContext } from '../tool-context.ts';
import type { CleanBases } from './clean-bases.ts';
import type { DiskChange, DiskWatch } from './disk-watch.ts';
import { openDocument } from './document.ts';
import { type DiskState, settledDiskState } from './freshness.ts';
import { catchUpWithDisk } from './recent-changes.ts';
import { selfContained } from './recent-neighbours.ts';
import { isTypeScript, isTypeScriptFile } from './typescript-diagnostics.ts';
import type { Target } from './workspace-path.ts';

export interface OpenDeps {
  readonly context: ToolContext;
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
}

export interface CaughtUp {
  readonly document: vscode.TextDocument;
  readonly diskState: DiskState;
  /** Why a server may answer by an older state of other files. */
  readonly behind: string | undefined;
}

/** @throws HoldfastError as `openDocument` */
export async function openCaughtUp(target: Target, deps: OpenDeps, endMs: number): Promise<CaughtUp> {
  const { uri } = target;
  const isScript = isTypeScriptFile(uri);
  const askTypeScript = () => catchUpWithDisk({ ...deps.context, ...deps }, endMs);
  // Before it is opened: servers mistake a file that is opened before a watcher has told of it, some of them for good.
  const behind = await caughtUp(deps, isScript ? askTypeScript : () => neighboursTold(uri, deps, endMs));
  const document = await openDocument(target);
  const diskState = await settledDiskState(document, deps.bases, deps.context);
  if (isScript || !isTypeScript(document)) return { document, diskState, behind };
  return { document, diskState, behind: await caughtUp(deps, askTypeScript) };
}

/** A look at the disk that fails makes an answer less sure, not impossible. */
export async function caughtUp(
  { context }: Pick<OpenDeps, 'context'>,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.debug(`could not look for recent changes: ${messageOf(error)}`);
    return 'files that changed on disk a moment ago may not be counted in';
  }
}

/** Waits until the watcher has told of files of the same kind that came, went or changed a moment ago. */
async function neighboursTold(
  uri: vscode.Uri,
  { context, disk }: OpenDeps,
  endMs: number,
): Promise<string | undefined> {
  const ending = extname(uri.path).slice(1);
  // The names of these languages are their files' endings, too.
  if (uri.scheme !== 'file' || selfContained.has(ending) || !/^\w+$/.test(ending)) return undefined;
  const found = await vscode.workspace.findFiles(
    `**/*.${ending}`,
    '**/{node_modules,.git}/**',
    limits.recentScanMaxFiles,
  );
  const paths = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const sinceMs = context.clock.wallMs() - limits.watcherLagMaxMs;
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const changes: DiskChange[] = [
    ...(await changedSince(paths, sinceMs, 'written')),
    ...(await changedSince(folders, sinceMs, 'inside')),
  ];
  const watchEndMs = Math.min(endMs, context.clock.now() + limits.watcherLagMaxMs);
  if (!(await disk.reached(changes, context, watchEndMs)))
    return `.${ending} files changed a moment ago; the language server may not know yet`;
  return markdownEndings.has(ending) ? showNewMarkdown(paths, disk) : undefined;
}

const markdownEndings: ReadonlySet<string> = new Set(['md', 'mkd', 'mdwn', 'mdown', 'markdown', 'markdn', 'mdtxt']);

/**
 * The Markdown server overlooks what it is told of files that came after it had read the workspace: it knows them only
 * while VS Code holds them as documents, and forgets them when VS Code lets them go. So they are opened each time.
 */
async function showNewMarkdown(paths: readonly string[], disk: DiskWatch): Promise<string | undefined> {
  const sinceMs = disk.startedMs - limits.watcherLagMaxMs;
  const fresh = await changedSince(paths, sinceMs, 'written');
  const newest = fresh.toSorted((a, b) => b.sinceMs - a.sinceMs).slice(0, limits.recentOpenMax);
  await Promise.all(newest.map(({ path }) => vscode.workspace.openTextDocument(path)));
  return newest.length === fresh.length
    ? undefined
    : `${fresh.length} Markdown files are newer than this window; the language server may not know them all`;
}

async function changedSince(
  paths: readonly string[],
  sinceMs: number,
  kind: 'written' | 'inside',
): Promise<DiskChange[]> {
  const times = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ctimeMs }) => ({ path, kind, sinceMs: ctimeMs }),
        // Gone since it was listed; its folder tells of that.
        () => ({ path, kind, sinceMs: 0 }),
      ),
    ),
  );
  return times.filter((time) => time.sinceMs >= sinceMs);
}
