/** Puts a reviewed text into its buffer, as one undo step, unless the buffer has moved on. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import type { Outcome, ReviewFile } from '../../reviews/reviews.ts';
import { ApprovedChanges } from './approved-changes.ts';
import { eolOf, openDocument, statOf } from './document.ts';
import { applyChanges } from './edit-apply.ts';
import { planCreation } from './edit-plan.ts';
import { realPath } from './real-path.ts';
import { planWhole } from './text-changes.ts';
import { byteOrderMark, sameLines, withEol, withoutMark } from './text-lines.ts';
import { textSha } from './text-sha.ts';
import type { WaitDeps } from './wait.ts';
import { resolveTarget, shownPath, type Target } from './workspace-path.ts';

/** `changed`: the person has not seen this base yet, and nothing was done. */
export type Acceptance = { readonly kind: 'done'; readonly outcome: Outcome } | Changed;

interface Changed {
  readonly kind: 'changed';
  readonly base: string | undefined;
}

/** Where a document really is, as a URI, so that it can be told later whether a link was laid on the way to it. */
export async function placeOf(uri: vscode.Uri): Promise<string> {
  return (uri.scheme === 'file' ? vscode.Uri.file(await realPath(uri.fsPath)) : uri).toString();
}

/**
 * @param finalText as it stands in the proposal now, which the person may have edited
 * @throws HoldfastError when the file cannot be written; `version_changed` when its path leads to another one by now
 */
export async function acceptReview(file: ReviewFile, finalText: string, deps: WaitDeps): Promise<Acceptance> {
  const uri = vscode.Uri.parse(file.uri, true);
  const target = await resolveTarget(uri.scheme === 'file' ? uri.fsPath : file.uri);
  await checkPlace(file, uri);
  const exists = uri.scheme !== 'file' || (await statOf(target.uri)) !== undefined;
  const changed = await (exists ? changeText : createFile)({ file, target, finalText, deps });
  if (changed !== undefined) return changed;
  const document = await openDocument(target);
  const text = document.getText();
  return {
    kind: 'done',
    outcome: {
      kind: 'accepted',
      editedText: sameLines(withoutMark(finalText), withoutMark(file.proposed)) ? undefined : text,
      version: document.version,
      sha: textSha(text),
      dirty: document.isDirty,
    },
  };
}

async function checkPlace({ place }: ReviewFile, uri: vscode.Uri): Promise<void> {
  const now = await placeOf(uri);
  if (now === place) return;
  throw new HoldfastError(
    'version_changed',
    `Its path leads to another place now, ${shownPath(vscode.Uri.parse(now))}; nothing was changed. Reject it, or put back what was there.`,
    { hint: 'Propose the change for the file that you mean.' },
  );
}

interface Acceptable {
  readonly file: ReviewFile;
  readonly target: Target;
  readonly finalText: string;
  readonly deps: WaitDeps;
}

async function createFile({ file, target, finalText, deps }: Acceptable): Promise<Changed | undefined> {
  if (file.base !== undefined) return { kind: 'changed', base: undefined };
  // An editor does not show the mark, so the person cannot have taken it away.
  const mark = file.proposed.startsWith(byteOrderMark) ? byteOrderMark : '';
  const creation = await planCreation(target.uri.fsPath, mark + withoutMark(finalText));
  const approved = await ApprovedChanges.of({ changes: [], creations: [creation] }, byPerson(deps));
  if (await applyChanges(approved, deps)) return undefined;
  if ((await statOf(target.uri)) !== undefined)
    return { kind: 'changed', base: (await openDocument(target)).getText() };
  throw refused('VS Code could not create the file');
}

async function changeText({ file, target, finalText, deps }: Acceptable): Promise<Changed | undefined> {
  const document = await openDocument(target);
  const before = document.getText();
  if (file.base === undefined || !sameLines(before, file.base)) return { kind: 'changed', base: before };
  const plan = planWhole(before, withEol(withoutMark(finalText), eolOf(document)));
  const change = { uri: document.uri, target, before, version: document.version, plan };
  const changes = plan.text === before ? [] : [change];
  const approved = await ApprovedChanges.of({ changes, creations: [] }, byPerson(deps));
  if (await applyChanges(approved, deps)) return undefined;
  const now = document.getText();
  if (!sameLines(now, before)) return { kind: 'changed', base: now };
  throw refused('VS Code refused the edit');
}

/** They have the change before them and have just accepted it: there is nothing more to ask, whatever the file is. */
function byPerson(deps: WaitDeps) {
  return { ...deps, approve: () => Promise.resolve() };
}

/** Where the text is not another one than the person saw, another look would change nothing. */
function refused(what: string): HoldfastError {
  return new HoldfastError(
    'edit_rejected',
    `${what}; nothing was changed. Look at the file and its folder, then accept once more, or reject.`,
    { hint: 'Propose another path or text.' },
  );
}
