/** Brings planned edits into the buffers, all or none, and makes sure that what stands there is what was planned. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../../shared/disposable.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { ToolContext } from '../tool-context.ts';
import { ApprovedChanges, type DocumentChange } from './approved-changes.ts';
import type { PlannedCreation, PlannedFile } from './edit-plan.ts';
import { byteOrderMark, pointAt, sameLines } from './text-lines.ts';
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
 * @throws HoldfastError `edit_rejected` when the result could not be confirmed
 */
export async function applyChanges({ changes, creations }: ApprovedChanges, deps: WaitDeps): Promise<boolean> {
  const files: CreatedFile[] = [];
  for (const { target, text } of creations)
    files.push({ uri: target.uri, contents: await encodeNew(target.uri, text) });
  // Nothing may be waited for between this and the edit.
  if (!changes.every(isAsPlanned)) return false;
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, contents } of files) edit.createFile(uri, { overwrite: false, contents });
  for (const { uri, before, plan } of changes) {
    for (const { start, end, text } of plan.replacements) {
      edit.replace(uri, rangeOf(pointAt(before, start), pointAt(before, end)), text);
    }
  }
  const landed = new Landing(changes);
  try {
    if (!(await vscode.workspace.applyEdit(edit))) {
      await removeCreated(files);
      return false;
    }
    await landed.confirm(deps);
    return true;
  } finally {
    landed.dispose();
  }
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

interface CreatedFile {
  readonly uri: vscode.Uri;
  readonly contents: Uint8Array;
}

/**
 * As VS Code would save a new file there. In UTF-8 with a mark, which it heeds before the settings, where it would not read
 * the same text back: their encoding lacks a character, or the text begins with a mark of its own.
 */
async function encodeNew(uri: vscode.Uri, text: string): Promise<Uint8Array> {
  const contents = await vscode.workspace.encode(text, { uri });
  if ((await vscode.workspace.decode(contents, { uri })) === text) return contents;
  return new TextEncoder().encode(text.startsWith(byteOrderMark) ? text : byteOrderMark + text);
}

/** Files are created before texts are edited; when the edit is refused they go again, unless someone wrote into them. */
async function removeCreated(files: readonly CreatedFile[]): Promise<void> {
  for (const { uri, contents } of files) {
    const bytes = await vscode.workspace.fs.readFile(uri).then(
      (found) => found,
      // Not created at all: nothing to remove.
      () => undefined,
    );
    if (bytes !== undefined && Buffer.compare(bytes, contents) === 0)
      await vscode.workspace.fs.delete(uri, { useTrash: false });
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
