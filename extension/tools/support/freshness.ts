/** Whether a buffer and its file hold the same text, and the wait for VS Code to catch up with the disk. */
import { chmod, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { Freshness } from '../../../shared/tools/common.ts';
import { type CleanBases, comparableSha } from './clean-bases.ts';
import { type WaitDeps, waitFor } from './wait.ts';

/** How the disk stands to a buffer. */
export type DiskState =
  | { readonly kind: 'no_file' }
  | { readonly kind: 'same'; readonly text: string }
  /** The buffer is clean, but VS Code has not loaded what the file holds now. */
  | { readonly kind: 'behind'; readonly text: string }
  /** Unsaved changes over a file that has not changed since. */
  | { readonly kind: 'ahead'; readonly text: string }
  /** Unsaved changes, and the file has changed since as well. */
  | { readonly kind: 'conflict'; readonly text: string }
  /** Unsaved changes from before this extension started: whether the file changed since cannot be told. */
  | { readonly kind: 'unknown'; readonly text: string };

async function diskState(document: vscode.TextDocument, bases: CleanBases): Promise<DiskState> {
  if (document.isUntitled) return { kind: 'no_file' };
  const text = await diskText(document);
  if (text === undefined) return { kind: 'no_file' };
  const sha = comparableSha(text);
  if (sha === comparableSha(document.getText())) return { kind: 'same', text };
  if (!document.isDirty) return { kind: 'behind', text };
  const base = bases.baseOf(document);
  if (base === undefined) return { kind: 'unknown', text };
  return { kind: base === sha ? 'ahead' : 'conflict', text };
}

/** Whether a clean buffer holds something else than its file. */
export async function isBehind(document: vscode.TextDocument): Promise<boolean> {
  const text = document.isDirty ? undefined : await diskText(document);
  return text !== undefined && comparableSha(text) !== comparableSha(document.getText());
}

/** The file's text in the document's own encoding; undefined when there is no file to read. */
export async function diskText(document: vscode.TextDocument): Promise<string | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(document.uri);
    return await vscode.workspace.decode(bytes, { encoding: document.encoding });
  } catch {
    // Deleted, a virtual document, or a provider that can't be read: nothing to compare with.
    return undefined;
  }
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
    const state = await diskState(document, bases);
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

const reasons = {
  no_file: undefined,
  same: undefined,
  ahead: undefined,
  behind: 'the file has changed on disk and VS Code has not loaded it yet',
  conflict: 'unsaved changes, and the file has changed on disk since they began',
  unknown: 'unsaved changes from before Holdfast started; whether the file changed on disk since is not known',
} as const;

/** Freshness of an answer about the buffer; `incomplete` names what else is missing. */
export function freshnessOf(document: vscode.TextDocument, { kind }: DiskState, incomplete?: string): Freshness {
  const deleted =
    kind === 'no_file' && document.uri.scheme === 'file' ? 'there is no file on disk (any more)' : undefined;
  const said = [reasons[kind] ?? deleted, incomplete].filter((reason) => reason !== undefined);
  return {
    version: document.version,
    dirty: document.isDirty,
    diskInSync: reasons[kind] === undefined && deleted === undefined,
    complete: incomplete === undefined,
    ...(said.length === 0 ? {} : { reason: said.join('; ') }),
  };
}
