/** A change over several files that was planned and may be applied later: rename_symbol, code_action. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { ChangedFile } from '../../../shared/tools/refactor.ts';
import type { ToolContext } from '../tool-context.ts';
import { ApprovedChanges, type DocumentChange } from './approved-changes.ts';
import type { CleanBases } from './clean-bases.ts';
import { statOf } from './document.ts';
import { applyChanges } from './edit-apply.ts';
import { saveDocument } from './edit-buffer.ts';
import { checkDisk, type PlannedCreation, planCreation } from './edit-plan.ts';
import type { EditTurns } from './edit-turns.ts';
import type { KnownTexts } from './known-texts.ts';
import { changedLinesDiff, planChanges } from './text-changes.ts';
import { sameLines } from './text-lines.ts';
import { within } from './wait.ts';
import type { ProposedEdit } from './workspace-edit.ts';
import { openDocumentOf, resolveUri, shownPath } from './workspace-path.ts';

export interface ChangeSet {
  readonly changes: readonly DocumentChange[];
  readonly creations: readonly PlannedCreation[];
}

export interface ChangeDeps {
  readonly context: ToolContext;
  readonly bases: CleanBases;
  readonly known: KnownTexts;
  readonly turns: EditTurns;
}

/**
 * What a proposed edit would do to the texts as they are now. All files are checked before anything is touched.
 *
 * @throws HoldfastError `edit_rejected` for what cannot be made here (moved files, snippets),
 * `outside_workspace`, `disk_conflict`, `version_changed` when the edit was made for another text
 */
export async function planChangeSet(proposed: ProposedEdit, deps: ChangeDeps): Promise<ChangeSet> {
  const { texts, creates, moves, snippets } = proposed;
  if (moves.length > 0)
    throw rejected(
      `The edit would also ${moves.join(', ')}`,
      'Move the file by other means, then repair what named it.',
    );
  if (snippets > 0)
    throw rejected('The edit needs a person at the cursor to complete it', 'Make the change with edit_buffer.');
  const creations: PlannedCreation[] = [];
  const created = new Set<string>();
  for (const { uri, contents, unlessThere } of creates) {
    // TypeScript names every file that it changes, in case that it is new.
    if (unlessThere && (await statOf(uri)) !== undefined) continue;
    created.add(uri.toString());
    const edits = texts.filter((each) => each.uri.toString() === uri.toString()).flatMap((each) => each.edits);
    const text = planChanges(contents, edits.map(toChange))?.text;
    if (text === undefined)
      throw rejected('The edit fills its new file in a way that does not fit', 'Make the change with edit_buffer.');
    creations.push(await planCreation(uri.fsPath, text));
  }
  const changes: DocumentChange[] = [];
  for (const { uri, target, edits } of await byTarget(texts.filter((each) => !created.has(each.uri.toString())))) {
    if (uri.scheme !== 'untitled' && vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== true)
      throw new HoldfastError('read_only', `${target.shown} cannot be written.`, {
        hint: 'It would have to change as well.',
      });
    const { text, version } = await presentText(uri, deps);
    const plan = text === undefined ? undefined : planChanges(text, edits.map(toChange));
    if (text === undefined || plan === undefined) throw changed(target.shown);
    // What a server repeats unchanged is no change.
    if (plan.text !== text) changes.push({ uri, target, before: text, version, plan });
  }
  return { changes: changes.toSorted((a, b) => a.target.shown.localeCompare(b.target.shown, 'en')), creations };
}

/**
 * A server may know one file by two paths, one of them a link's, and change it under each. The change is made in the file's
 * own buffer; a protected path stays as it was named, which is what will be asked about.
 */
async function byTarget(texts: ProposedEdit['texts']) {
  const found = new Map<string, Pick<DocumentChange, 'uri' | 'target'> & { readonly edits: vscode.TextEdit[] }>();
  for (const { uri, edits } of texts) {
    const target = await resolveUri(uri);
    const own = target.protectedPart === undefined ? target.uri : uri;
    const file = found.get(target.uri.toString());
    if (file === undefined) found.set(target.uri.toString(), { uri: own, target, edits: [...edits] });
    else file.edits.push(...edits.filter((edit) => !file.edits.some((known) => isSame(known, edit))));
  }
  return found.values();
}

const isSame = (a: vscode.TextEdit, b: vscode.TextEdit) => a.range.isEqual(b.range) && a.newText === b.newText;
const toChange = ({ range, newText }: vscode.TextEdit) => ({ start: range.start, end: range.end, text: newText });

/**
 * The buffer's text, or the file's where there is no buffer: a hundred files cannot all be held open, VS Code keeps about
 * 50 documents that extensions opened.
 */
export async function presentText(uri: vscode.Uri, { context, bases }: ChangeDeps) {
  const open = openDocumentOf(uri);
  if (open !== undefined) {
    await checkDisk(open, { uri, shown: shownPath(uri), protectedPart: undefined }, { ...context, bases });
    return { text: open.getText(), version: open.version };
  }
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return { text: await vscode.workspace.decode(bytes, { uri }), version: undefined };
  } catch {
    // Gone, or not text: the edit was made for something else.
    return { text: undefined, version: undefined };
  }
}

/** Lets the person decide about protected files, unless the set is out of date anyway. */
export async function approveChangeSet(set: ChangeSet, deps: ChangeDeps): Promise<ApprovedChanges> {
  await presentVersions(set, deps);
  return ApprovedChanges.of(set, deps.context);
}

/** The versions that the documents have now, whose texts are still as planned. */
async function presentVersions({ changes }: ChangeSet, deps: ChangeDeps): Promise<readonly (number | undefined)[]> {
  const versions: (number | undefined)[] = [];
  for (const { uri, target, before } of changes) {
    const { text, version } = await presentText(uri, deps);
    // The text counts: VS Code may have closed or loaded a document anew since, which changes its version only.
    if (text === undefined || !sameLines(text, before)) throw changed(target.shown);
    versions.push(version);
  }
  return versions;
}

/** What a set became, and whether all of it is on disk. */
export interface AppliedSet {
  readonly versions: ReadonlyMap<string, number>;
  readonly onDisk: boolean;
}

/** Applies a set that nothing has changed under since it was planned. */
export function applyChangeSet(set: ApprovedChanges, save: boolean, deps: ChangeDeps): Promise<AppliedSet> {
  return deps.turns.take(deps.context.signal, () => applyInTurn(set, save, deps));
}

async function applyInTurn(set: ApprovedChanges, save: boolean, deps: ChangeDeps): Promise<AppliedSet> {
  const { context, known } = deps;
  const present = await presentVersions(set, deps);
  context.signal.throwIfAborted();
  if (!(await applyChanges(set.atVersions(present), context))) throw changed('a file');
  const versions = new Map<string, number>();
  let onDisk = true;
  for (const {
    uri,
    target: { shown },
  } of set.changes) {
    const document = openDocumentOf(uri);
    if (document === undefined) continue;
    if (save && uri.scheme !== 'untitled') await saveDocument(document, shown);
    known.remember(context.agent.name, uri.toString(), document.version, document.getText());
    versions.set(shown, document.version);
    onDisk &&= !document.isDirty;
  }
  return { versions, onDisk };
}

/** As answers show it: diffs while they fit, then counts, then only as many files as fit. */
export function describeChangeSet(
  { changes, creations }: ChangeSet,
  versions: ReadonlyMap<string, number> = new Map(),
): { readonly files: ChangedFile[]; readonly files_total: number } {
  const all = [
    ...creations.map(({ target, text }) => ({
      path: target.shown,
      edits: 1,
      created: true,
      diff: changedLinesDiff('', { replacements: [{ start: 0, end: 0, text }], text }),
    })),
    ...changes.map(({ target: { shown }, before, plan }) => ({
      path: shown,
      edits: plan.replacements.length,
      diff: changedLinesDiff(before, plan),
      ...(versions.has(shown) ? { version: versions.get(shown) } : {}),
    })),
  ].map(({ version, ...file }: ChangedFile) => (version === undefined ? file : { ...file, version }));
  const size = (files: readonly ChangedFile[]) => JSON.stringify(files).length;
  if (size(all) <= limits.answerChars) return { files: all, files_total: all.length };
  const counted = all.map(({ diff: _, ...file }) => file);
  let shown = counted;
  while (shown.length > 1 && size(shown) > limits.answerChars) shown = shown.slice(0, Math.floor(shown.length * 0.9));
  return { files: shown, files_total: all.length };
}

function rejected(what: string, hint: string): HoldfastError {
  return new HoldfastError('edit_rejected', `${what}; that is not done here, and nothing was changed.`, {
    hint,
    retryable: false,
  });
}

function changed(shown: string): HoldfastError {
  return new HoldfastError(
    'version_changed',
    `${shown} has changed since the change was planned; nothing was changed.`,
    {
      hint: 'Preview again and apply that.',
    },
  );
}

/** Asks a provider for something within the time; its refusal becomes an error of ours. */
export async function proposed<T>(
  what: string,
  command: PromiseLike<T>,
  context: ToolContext,
  endMs: number,
): Promise<T> {
  let answer: T | undefined;
  try {
    answer = await within(context, Math.max(0, endMs - context.clock.now()), command);
  } catch (error) {
    context.signal.throwIfAborted();
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new HoldfastError('edit_rejected', `${what}: ${reason}`, {
      hint: 'inspect_symbol shows what stands at that place.',
      retryable: false,
      cause: error,
    });
  }
  if (answer !== undefined) return answer;
  throw new HoldfastError('timeout', `${what}: the language server has not answered in time.`, {
    hint: 'Call again in a few seconds.',
  });
}
