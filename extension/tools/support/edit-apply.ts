/** Brings planned edits into the buffers, all or none, and makes sure that what stands there is what was planned. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../../shared/disposable.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { ToolContext } from '../tool-context.ts';
import { ApprovedChanges, type DocumentChange } from './approved-changes.ts';
import { statOf } from './document.ts';
import { foldersAbove, type PlannedCreation, type PlannedFile } from './edit-plan.ts';
import { isBehind } from './freshness.ts';
import { planWhole } from './text-changes.ts';
import { lineStarts, pointAt, sameLines } from './text-lines.ts';
import type { EditPlan } from './text-match.ts';
import { type WaitDeps, waitFor } from './wait.ts';
import { openDocumentOf } from './workspace-path.ts';

/** Applies planned edits of buffers that are open, if need be after the person was asked; see `applyChanges`. */
export async function applyPlan(
  files: readonly PlannedFile[],
  creations: readonly PlannedCreation[],
  context: Pick<ToolContext, 'approve' | 'clock' | 'signal'>,
): Promise<boolean> {
  const changes = files.map(({ document, target, before, version, plan }) => ({
    uri: document.uri,
    before,
    version,
    plan,
    target,
  }));
  return applyChanges(await ApprovedChanges.of({ changes, creations }, context), context);
}

/**
 * Applies everything as one undo step per file.
 *
 * VS Code checks the buffers' versions once more where the edit lands, so a key pressed on the way makes it refuse
 * rather than overwrite.
 *
 * @returns false when a buffer was no longer as planned; nothing has changed then
 * @throws HoldfastError `read_only`, nothing has changed then; `edit_rejected` when the result could not be confirmed
 */
export async function applyChanges(approved: ApprovedChanges, deps: WaitDeps): Promise<boolean> {
  const { changes, creations } = approved;
  const made = await missingFolders(creations);
  // Nothing may be waited for between this and the edit.
  if (!changes.every(isAsPlanned)) return false;
  const edit = new vscode.WorkspaceEdit();
  for (const { target, bytes } of creations) edit.createFile(target.uri, { overwrite: false, contents: bytes });
  for (const { uri, before, plan } of changes) replaceIn(edit, uri, before, plan);
  const landed = new Landing(changes);
  try {
    if (!(await vscode.workspace.applyEdit(edit))) {
      await removeCreated(creations, made);
      return false;
    }
    await landed.confirm(deps);
  } finally {
    landed.dispose();
  }
  const readOnly = await readOnlyAmong(changes, deps);
  if (readOnly === undefined) return true;
  const isBack = await takeBack(approved, made);
  const { shown } = readOnly.target;
  throw new HoldfastError(
    'read_only',
    `${shown} is read-only in VS Code; ${isBack ? 'nothing was changed' : 'its buffer or another one was changed at the same moment'}.`,
    {
      hint: 'The person has marked it so (files.readonlyInclude, or for this session); ask them if it has to change.',
      executed: isBack ? 'no' : 'unknown',
    },
  );
}

function replaceIn(edit: vscode.WorkspaceEdit, uri: vscode.Uri, before: string, { replacements }: EditPlan): void {
  const starts = lineStarts(before);
  for (const { start, end, text } of replacements)
    edit.replace(uri, rangeOf(pointAt(before, start, starts), pointAt(before, end, starts)), text);
}

/**
 * The buffer of a file that is read-only takes an extension's edit nevertheless. It never counts as changed, cannot be
 * saved, and is no more what is on the disk.
 */
async function readOnlyAmong(changes: readonly DocumentChange[], deps: WaitDeps): Promise<DocumentChange | undefined> {
  for (const change of changes) {
    const document = openDocumentOf(change.uri);
    if (document !== undefined && (await staysBehind(document, deps))) return change;
  }
  return undefined;
}

async function staysBehind(document: vscode.TextDocument, deps: WaitDeps): Promise<boolean> {
  if (!(await isBehind(document))) return false;
  // VS Code tells of the new text first, and a moment later that it is unsaved.
  await waitFor(deps, limits.editDirtyMs, (wake) => {
    if (document.isDirty) wake();
    return vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document && document.isDirty) wake();
    });
  });
  return isBehind(document);
}

/** All or none: what the others took goes again, too. */
async function takeBack({ changes, creations }: ApprovedChanges, made: readonly vscode.Uri[]): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, before, plan } of changes) replaceIn(edit, uri, plan.text, planWhole(plan.text, before));
  await removeCreated(creations, made);
  return vscode.workspace.applyEdit(edit);
}

/** A file that no buffer held is compared by whoever read it, just before. */
function isAsPlanned({ uri, before, version }: DocumentChange): boolean {
  const open = openDocumentOf(uri);
  if (version !== undefined) return open?.version === version;
  return open === undefined || sameLines(open.getText(), before);
}

const rangeOf = (
  start: { readonly line: number; readonly character: number },
  end: { readonly line: number; readonly character: number },
) => new vscode.Range(start.line, start.character, end.line, end.character);

/** Folders that come with the files, the deepest first. */
async function missingFolders(creations: readonly PlannedCreation[]): Promise<readonly vscode.Uri[]> {
  const missing = new Map<string, vscode.Uri>();
  for (const { target } of creations) {
    for (const folder of foldersAbove(target.uri)) {
      if ((await statOf(folder)) !== undefined) break;
      missing.set(folder.toString(), folder);
    }
  }
  return [...missing.values()].toSorted((a, b) => b.path.length - a.path.length);
}

/** Files are created before texts are edited; when the edit is refused they go again, unless someone wrote into them. */
async function removeCreated(creations: readonly PlannedCreation[], folders: readonly vscode.Uri[]): Promise<void> {
  for (const { target, bytes } of creations) {
    const found = await vscode.workspace.fs.readFile(target.uri).then(
      (content) => content,
      // Not created at all: nothing to remove.
      () => undefined,
    );
    if (found !== undefined && Buffer.compare(found, bytes) === 0)
      await vscode.workspace.fs.delete(target.uri, { useTrash: false });
  }
  for (const folder of folders) {
    try {
      await vscode.workspace.fs.delete(folder, { useTrash: false });
    } catch {
      // It was not made, or somebody has put something into it.
    }
  }
}

/** Watches the buffers while the edit lands: a key pressed right after must not hide whether it landed whole. */
class Landing {
  readonly #open: Set<DocumentChange>;
  readonly #store = new DisposableStore();
  #wake: () => void = () => {};

  constructor(changes: readonly DocumentChange[]) {
    this.#open = new Set(changes);
    this.#store.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const uri = document.uri.toString();
        for (const change of this.#open) if (change.uri.toString() === uri) this.#look(change, document);
      }),
    );
  }

  #look(change: DocumentChange, document: vscode.TextDocument | undefined): void {
    if (document !== undefined && sameLines(document.getText(), change.plan.text)) this.#open.delete(change);
    if (this.#open.size === 0) this.#wake();
  }

  async confirm(deps: WaitDeps): Promise<void> {
    for (const change of this.#open) this.#look(change, openDocumentOf(change.uri));
    if (this.#open.size > 0) {
      await waitFor(deps, limits.editConfirmMs, (wake) => {
        this.#wake = wake;
        return this.#store;
      });
    }
    const [open] = this.#open;
    if (open === undefined) return;
    throw new HoldfastError(
      'edit_rejected',
      `The text of ${open.target.shown} is not what was planned after the edit: something else changed it at the same moment.`,
      {
        hint: 'Read the buffer before anything else; undo in VS Code takes the edit back.',
        executed: 'unknown',
        retryable: false,
      },
    );
  }

  dispose(): void {
    this.#store.dispose();
  }
}
