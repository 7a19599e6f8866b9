/** Brings planned edits into the buffers, all or none, and makes sure that what stands there is what was planned. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../../shared/disposable.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { PlannedCreation, PlannedFile } from './edit-plan.ts';
import { type WaitDeps, waitFor } from './wait.ts';

/**
 * Applies everything as one undo step per file.
 *
 * VS Code checks the buffers' versions once more where the edit lands, so a key pressed on the way makes it refuse
 * rather than overwrite.
 *
 * @returns false when a buffer was no longer as planned; nothing has changed then
 * @throws HoldfastError `edit_rejected` when the result could not be confirmed
 */
export async function applyPlan(
  files: readonly PlannedFile[],
  creations: readonly PlannedCreation[],
  deps: WaitDeps,
): Promise<boolean> {
  if (files.some(({ document, version }) => document.version !== version || document.isClosed)) return false;
  const edit = new vscode.WorkspaceEdit();
  for (const { target, text } of creations)
    edit.createFile(target.uri, { overwrite: false, contents: new TextEncoder().encode(text) });
  for (const { document, plan } of files) {
    for (const { start, end, text } of plan.replacements) {
      edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    }
  }
  const landed = new Landing(files);
  try {
    if (!(await vscode.workspace.applyEdit(edit))) {
      await removeCreated(creations);
      return false;
    }
    await landed.confirm(deps);
    return true;
  } finally {
    landed.dispose();
  }
}

/** Files are created before texts are edited; when the edit is refused they go again, unless someone wrote into them. */
async function removeCreated(creations: readonly PlannedCreation[]): Promise<void> {
  for (const { target, text } of creations) {
    const bytes = await vscode.workspace.fs.readFile(target.uri).then(
      (found) => found,
      // Not created at all: nothing to remove.
      () => undefined,
    );
    if (bytes !== undefined && new TextDecoder().decode(bytes) === text)
      await vscode.workspace.fs.delete(target.uri, { useTrash: false });
  }
}

/** Watches the buffers while the edit lands: a key pressed right after must not hide whether it landed whole. */
class Landing {
  readonly #open: Set<PlannedFile>;
  readonly #store = new DisposableStore();
  #wake: () => void = () => {};

  constructor(files: readonly PlannedFile[]) {
    this.#open = new Set(files);
    this.#store.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const file of this.#open) if (file.document === document) this.#look(file);
      }),
    );
  }

  #look(file: PlannedFile): void {
    if (file.document.getText() === file.plan.text) this.#open.delete(file);
    if (this.#open.size === 0) this.#wake();
  }

  async confirm(deps: WaitDeps): Promise<void> {
    for (const file of this.#open) this.#look(file);
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
