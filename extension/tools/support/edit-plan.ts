/** What edit_buffer is going to do, settled and checked before anything is touched. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { CleanBases } from './clean-bases.ts';
import { eolOf, openDocument, statOf } from './document.ts';
import { settledDiskState } from './freshness.ts';
import type { KnownTexts } from './known-texts.ts';
import { changedLines, unifiedDiff } from './line-diff.ts';
import type { Lines } from './text-lines.ts';
import { type EditPlan, planEdits, type TextEdit } from './text-match.ts';
import { textSha } from './text-sha.ts';
import type { WaitDeps } from './wait.ts';
import { resolveTarget, type Target } from './workspace-path.ts';

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
  readonly plan: EditPlan;
  /** What others changed since this agent last saw the file. */
  readonly meanwhile: readonly Lines[];
}

/** Shows both sides of a conflict without drowning the reason. */
const diffMaxChars = limits.answerChars / 2;

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
  for (const edit of edits) checkBase(document, text, target, edit, deps.known);
  const seen = deps.known.last(deps.agentName, document.uri.toString());
  return {
    ...group,
    document,
    version,
    plan: planEdits(target.shown, text, eolOf(document), edits),
    meanwhile: seen === undefined || seen.text === text ? [] : changedLines(seen.text, text),
  };
}

/** An edit over a file that VS Code has not loaded would be made on a text that is no more. */
export async function checkDisk(
  document: vscode.TextDocument,
  { shown }: Target,
  deps: WaitDeps & Pick<PlanDeps, 'bases'>,
): Promise<void> {
  const disk = await settledDiskState(document, deps.bases, deps);
  if (disk.kind !== 'conflict' && disk.kind !== 'behind') return;
  const diff = unifiedDiff(disk.text, document.getText(), diffMaxChars);
  throw disk.kind === 'conflict'
    ? new HoldfastError(
        'disk_conflict',
        `${shown} has unsaved changes, and the file has changed on disk since they began. Disk to buffer:\n${diff}`,
        {
          hint: 'Ask the person to settle it in VS Code (compare, then save or revert).',
        },
      )
    : new HoldfastError(
        'disk_conflict',
        `${shown} has changed on disk and VS Code has not loaded it yet. Disk to buffer:\n${diff}`,
        {
          hint: 'Call again in a moment.',
          retryable: true,
        },
      );
}

function checkBase(
  document: vscode.TextDocument,
  text: string,
  { shown }: Target,
  { base_version, sha }: BufferEdit,
  known: KnownTexts,
): void {
  const now = textSha(text);
  const stale = (sha !== undefined && sha !== now) || (base_version !== undefined && base_version !== document.version);
  if (!stale) return;
  const base = known.find(document.uri.toString(), { version: base_version, sha });
  const diff = base === undefined || base.text === text ? undefined : unifiedDiff(base.text, text, diffMaxChars);
  const what = diff === undefined ? 'What changed is not known any more.' : `What changed since:\n${diff}`;
  throw new HoldfastError('version_changed', `${shown} is now at version ${document.version}, sha ${now}. ${what}`, {
    hint: 'Read the buffer again and make the edit on the present text.',
  });
}

export interface PlannedCreation {
  readonly target: Target;
  readonly text: string;
}

/** @throws HoldfastError `already_exists`, or `invalid_input` when one path is named twice */
export async function planCreation(path: string, text: string): Promise<PlannedCreation> {
  const target = await resolveTarget(path);
  if (target.uri.scheme === 'untitled') {
    throw new HoldfastError('invalid_input', `${path} is no file path.`, { hint: 'Give a path inside the workspace.' });
  }
  if ((await statOf(target.uri)) !== undefined) {
    throw new HoldfastError('already_exists', `${target.shown} exists already.`, { hint: 'Change it with `edits`.' });
  }
  return { target, text };
}
