/** Puts a reviewed text into its buffer, as one undo step, unless the buffer has moved on. */
import * as vscode from 'vscode';
import type { Outcome, ReviewFile } from '../../reviews/reviews.ts';
import { ApprovedChanges } from './approved-changes.ts';
import { eolOf, openDocument, statOf } from './document.ts';
import { applyChanges } from './edit-apply.ts';
import { planCreation } from './edit-plan.ts';
import { planWhole } from './text-changes.ts';
import { sameLines, withEol } from './text-lines.ts';
import { textSha } from './text-sha.ts';
import type { WaitDeps } from './wait.ts';
import { resolveTarget } from './workspace-path.ts';

/** `changed`: the person has not seen this base yet, and nothing was done. */
export type Acceptance = { readonly kind: 'done'; readonly outcome: Outcome } | Changed;

interface Changed {
  readonly kind: 'changed';
  readonly base: string | undefined;
}

/**
 * @param finalText as it stands in the proposal now, which the person may have edited
 * @throws HoldfastError when the file cannot be written
 */
export async function acceptReview(file: ReviewFile, finalText: string, deps: WaitDeps): Promise<Acceptance> {
  const uri = vscode.Uri.parse(file.uri, true);
  const target = await resolveTarget(uri.scheme === 'file' ? uri.fsPath : file.uri);
  // The person has the change before them and has just accepted it: there is nothing more to ask, whatever the file is.
  const person = { ...deps, approve: () => Promise.resolve() };
  const exists = uri.scheme !== 'file' || (await statOf(target.uri)) !== undefined;
  if (!exists) {
    if (file.base !== undefined) return { kind: 'changed', base: undefined };
    const creation = await planCreation(uri.fsPath, finalText);
    const approved = await ApprovedChanges.of({ changes: [], creations: [creation] }, person);
    if (!(await applyChanges(approved, deps))) return { kind: 'changed', base: undefined };
  } else {
    const document = await openDocument(target);
    const before = document.getText();
    if (file.base === undefined || !sameLines(before, file.base)) return { kind: 'changed', base: before };
    const plan = planWhole(before, withEol(finalText, eolOf(document)));
    const change = { uri: document.uri, target, before, version: document.version, plan };
    const changes = plan.text === before ? [] : [change];
    const approved = await ApprovedChanges.of({ changes, creations: [] }, person);
    if (!(await applyChanges(approved, deps))) return { kind: 'changed', base: document.getText() };
  }
  const document = await openDocument(target);
  const text = document.getText();
  return {
    kind: 'done',
    outcome: {
      kind: 'accepted',
      editedText: sameLines(finalText, file.proposed) ? undefined : text,
      version: document.version,
      sha: textSha(text),
      dirty: document.isDirty,
    },
  };
}
