/** Whether a buffer and its file hold the same text, and the wait for VS Code to catch up with the disk. */
import { chmod, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { Freshness } from '../../../shared/tools/common.ts';
import { type CleanBases, comparableSha } from './clean-bases.ts';
import { isLoadedAlike, losesBytes, readDisk } from './disk-text.ts';
import { sameLines } from './text-lines.ts';
import { isUnsavedNotebook } from './unsaved.ts';
import { type WaitDeps, waitFor } from './wait.ts';

/** How the disk stands to a buffer. */
export type DiskState =
  | { readonly kind: 'no_file' }
  /** What is there now is no text that the buffer could hold. */
  | { readonly kind: 'no_text'; readonly why: string }
  | { readonly kind: 'same'; readonly text: string }
  /** The buffer is clean, but VS Code has not loaded what the file holds now. */
  | { readonly kind: 'behind'; readonly text: string }
  /** Unsaved changes over a file that has not changed since. */
  | { readonly kind: 'ahead'; readonly text: string }
  /** Unsaved changes, and the file has changed since as well. */
  | { readonly kind: 'conflict'; readonly text: string }
  /** Unsaved changes from before this extension started: whether the file changed since cannot be told. */
  | { readonly kind: 'unknown'; readonly text: string }
  /** Unsaved changes in a notebook, which the text of its file has no part of. */
  | { readonly kind: 'notebook'; readonly text: string }
  /** The file holds bytes that do not fit its encoding: the buffer stands for it only in part. */
  | { readonly kind: 'lossy'; readonly text: string };

async function diskState(
  document: vscode.TextDocument,
  bases: CleanBases,
  deps: Pick<WaitDeps, 'clock'>,
): Promise<DiskState> {
  if (document.isUntitled) return { kind: 'no_file' };
  const disk = await readDisk(document);
  if (disk.kind !== 'text') return disk;
  const { text } = disk;
  if (isUnsavedNotebook(document.uri)) return { kind: 'notebook', text };
  const isSame = holds(document, text);
  if (!document.isDirty && !(isSame && (await isLoadedAlike(document, disk, deps)))) return { kind: 'behind', text };
  const kind = isSame ? 'same' : unsavedKind(text, bases.baseOf(document));
  return { kind: kind !== 'conflict' && (await losesBytes(document, disk)) ? 'lossy' : kind, text };
}

function unsavedKind(text: string, base: string | undefined): 'ahead' | 'conflict' | 'unknown' {
  if (base === undefined) return 'unknown';
  return base === comparableSha(text) ? 'ahead' : 'conflict';
}

/** Whether a clean buffer holds something else than its file. */
export async function isBehind(document: vscode.TextDocument): Promise<boolean> {
  if (document.isDirty) return false;
  const disk = await readDisk(document);
  return disk.kind === 'text' && !holds(document, disk.text);
}

function holds(document: vscode.TextDocument, text: string): boolean {
  const buffer = document.getText();
  return buffer === text || sameLines(buffer, text);
}

/** The disk's state once VS Code has reloaded a clean buffer, or as it is after `maxMs` milliseconds. */
export async function settledDiskState(
  document: vscode.TextDocument,
  bases: CleanBases,
  deps: WaitDeps,
  maxMs: number = limits.reloadWaitMs,
): Promise<DiskState> {
  const end = deps.clock.now() + maxMs;
  const tellAgainMs = deps.clock.now() + limits.reloadOverdueMs;
  let toldAgain = maxMs <= limits.reloadOverdueMs;
  for (;;) {
    const state = await diskState(document, bases, deps);
    const left = end - deps.clock.now();
    if (state.kind !== 'behind' || left <= 0 || document.isClosed) return state;
    if (!toldAgain && deps.clock.now() >= tellAgainMs) {
      toldAgain = true;
      await tellWatcherAgain(document.uri);
    }
    await waitFor(deps, Math.min(left, limits.reloadPollMs), (wake) =>
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document === document) wake();
      }),
    );
  }
}

/**
 * A file that came back with its folder VS Code does not load, however long one waits: its watcher tells of the folder
 * only. Giving the file the mode that it has makes the watcher tell of the file; text and time stay.
 */
async function tellWatcherAgain({ scheme, fsPath }: vscode.Uri): Promise<void> {
  if (scheme !== 'file') return;
  try {
    const { mode } = await stat(fsPath);
    await chmod(fsPath, mode & 0o7777);
  } catch {
    // Gone, or another user's: then it stays as late as it is.
  }
}

/** Why the buffer and its file do not agree. */
function reasonOf(document: vscode.TextDocument, disk: DiskState): string | undefined {
  switch (disk.kind) {
    case 'same':
    case 'ahead':
      return undefined;
    case 'no_file':
      return document.uri.scheme === 'file' ? 'there is no file on disk (any more)' : undefined;
    case 'no_text':
      return disk.why;
    case 'behind':
      return 'the file has changed on disk and VS Code has not loaded it yet';
    case 'conflict':
      return 'unsaved changes, and the file has changed on disk since they began';
    case 'unknown':
      return 'unsaved changes from before Holdfast started; whether the file changed on disk since is not known';
    case 'notebook':
      return 'it is open as a notebook with unsaved changes, which are not in this text';
    case 'lossy':
      return `the file is not valid ${encodingName(document)}: what does not fit stands here as U+FFFD`;
  }
}

/** As people write it, where VS Code's own name is not what they know. */
export function encodingName({ encoding }: vscode.TextDocument): string {
  return encoding.startsWith('utf8') ? 'UTF-8' : encoding;
}

/** Freshness of an answer about the buffer; `incomplete` names what else is missing. */
export function freshnessOf(document: vscode.TextDocument, disk: DiskState, incomplete?: string): Freshness {
  const outOfSync = reasonOf(document, disk);
  const said = [outOfSync, incomplete].filter((reason) => reason !== undefined);
  return {
    version: document.version,
    dirty: document.isDirty,
    diskInSync: outOfSync === undefined,
    complete: incomplete === undefined,
    ...(said.length === 0 ? {} : { reason: said.join('; ') }),
  };
}
