/** What edit_buffer is going to do, settled and checked before anything is touched. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import type { CleanBases } from './clean-bases.ts';
import { diskRefusal } from './disk-refusal.ts';
import { eolOf, openDocument, statOf } from './document.ts';
import { settledDiskState } from './freshness.ts';
import type { KnownTexts } from './known-texts.ts';
import { type EditPlan, planEdits, refuseBinary, refuseTornPairs, type TextEdit } from './text-match.ts';
import { textSha } from './text-sha.ts';
import type { WaitDeps } from './wait.ts';
import { resolveTarget, shownPath, type Target } from './workspace-path.ts';

export interface BufferEdit extends TextEdit {
  readonly path: string;
  readonly base_version?: number | undefined;
  readonly sha?: string | undefined;
}

export interface FileEdits {
  readonly target: Target;
  readonly edits: readonly BufferEdit[];
}

export interface PlannedFile extends FileEdits {
  readonly document: vscode.TextDocument;
  /** Version of the buffer that the plan was made for. */
  readonly version: number;
  /** The text that it was made for. */
  readonly before: string;
  readonly plan: EditPlan;
  /** The text that the agent went by, where others have changed it since. */
  readonly seen: string | undefined;
}

/** Gathers the edits of each file, whatever the agent called it. */
export async function groupEdits(edits: readonly BufferEdit[]): Promise<FileEdits[]> {
  const groups = new Map<string, { target: Target; edits: BufferEdit[] }>();
  for (const edit of edits) {
    const target = await resolveTarget(edit.path);
    const key = target.uri.toString();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { target, edits: [edit] });
    else group.edits.push(edit);
  }
  return [...groups.values()];
}

export interface PlanDeps extends WaitDeps {
  readonly bases: CleanBases;
  readonly known: KnownTexts;
  readonly agentName: string;
}

/** Plans one file's edits on the text that its buffer has now. */
export async function planFile(group: FileEdits, deps: PlanDeps): Promise<PlannedFile> {
  const { target, edits } = group;
  const document = await openDocument(target);
  if (document.uri.scheme !== 'untitled' && vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) !== true) {
    throw new HoldfastError('read_only', `${target.shown} cannot be written: ${document.uri.scheme} is read-only.`, {
      hint: 'Edit a file of the workspace.',
    });
  }
  await checkDisk(document, target, deps);
  const { version } = document;
  const text = document.getText();
  const based = edits.map((edit) => ({ ...edit, base: baseOf(document, text, target, edit, deps) }));
  const stale = based.find(({ base }) => base !== undefined)?.base;
  const seen = stale ?? deps.known.last(deps.agentName, document.uri.toString())?.text;
  return {
    ...group,
    document,
    version,
    before: text,
    plan: planEdits(target.shown, text, eolOf(document), based),
    seen: seen === text ? undefined : seen,
  };
}

/** An edit over a file that VS Code has not loaded would be made on a text that is no more, or lose what it cannot show. */
export async function checkDisk(
  document: vscode.TextDocument,
  { shown }: Target,
  deps: WaitDeps & Pick<PlanDeps, 'bases'>,
): Promise<void> {
  const refusal = diskRefusal(document, shown, await settledDiskState(document, deps.bases, deps));
  if (refusal !== undefined) throw refusal;
}

/**
 * The older text that an edit was made for; undefined when it is the present one or none is named. Texts are compared,
 * not versions: a document that was closed and opened again counts from 1, and what was undone is no change.
 *
 * @throws HoldfastError `version_changed` when it is another text that is not known any more
 */
function baseOf(
  document: vscode.TextDocument,
  text: string,
  { shown }: Target,
  { base_version: version, sha }: BufferEdit,
  { known, agentName }: PlanDeps,
): string | undefined {
  if (sha === undefined && version === undefined) return undefined;
  const now = textSha(text);
  if (sha === now) return undefined;
  const base = known.find(document.uri.toString(), { agent: agentName, version, sha });
  if (base !== undefined) return base.text === text ? undefined : base.text;
  if (sha === undefined && version === document.version) return undefined;
  throw new HoldfastError(
    'version_changed',
    `${shown} is now at version ${document.version}, sha ${now}. What changed since the base of the edit is not known any more; nothing was changed.`,
    {
      hint: 'Read the buffer again and make the edit on the present text.',
    },
  );
}

export interface PlannedCreation {
  readonly target: Target;
  readonly text: string;
  /** In the encoding in which VS Code will read the file. */
  readonly bytes: Uint8Array;
}

/** @throws HoldfastError `already_exists`, or `invalid_input` for what is no file or cannot be written as it stands */
export async function planCreation(path: string, text: string): Promise<PlannedCreation> {
  const target = await resolveTarget(path);
  if (target.uri.scheme === 'untitled') {
    throw new HoldfastError('invalid_input', `${path} is no file path.`, { hint: 'Give a path inside the workspace.' });
  }
  refuseTornPairs(target.shown, text);
  refuseBinary(target.shown, text);
  if ((await statOf(target.uri)) !== undefined) {
    throw new HoldfastError('already_exists', `${target.shown} exists already.`, { hint: 'Change it with `edits`.' });
  }
  await refuseBelowFile(target);
  return { target, text, bytes: await encodedText(target, text) };
}

async function refuseBelowFile({ uri, shown }: Target): Promise<void> {
  for (const folder of foldersAbove(uri)) {
    const stat = await statOf(folder);
    if (stat === undefined) continue;
    if ((stat.type & vscode.FileType.Directory) !== 0) return;
    throw new HoldfastError('invalid_input', `${shown} cannot be created: ${shownPath(folder)} is a file, no folder.`, {
      hint: 'Choose another path.',
    });
  }
}

/** The folders that lead to a file, the nearest first. */
export function foldersAbove(uri: vscode.Uri): readonly vscode.Uri[] {
  const above = vscode.Uri.joinPath(uri, '..');
  return above.path === uri.path ? [] : [above, ...foldersAbove(above)];
}

/** The person's setting `files.encoding` decides, and may lack characters. */
async function encodedText({ uri, shown }: Target, text: string): Promise<Uint8Array> {
  const bytes = await vscode.workspace.encode(text, { uri });
  const read = await vscode.workspace.decode(bytes, { uri });
  // A mark at the beginning is no text to VS Code.
  if (read === text.replace(/^\uFEFF/, '')) return bytes;
  const characters = Array.from(text);
  const kept = Array.from(read);
  const lost = characters.find((character, at) => character !== kept[at]) ?? '';
  throw new HoldfastError(
    'invalid_input',
    `${shown} would be written in the encoding of this workspace (files.encoding), which has no ${JSON.stringify(lost)}; nothing was created.`,
    { hint: 'Use characters that the encoding has.' },
  );
}
