/** The tool edit_buffer: plan, apply, save if asked, report. */

import type * as vscode from 'vscode';
import type { z } from 'zod';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { bufferTools } from '../../../shared/tools/buffers.ts';
import type { ToolContext } from '../tool-context.ts';
import type { CleanBases } from './clean-bases.ts';
import { readDisk } from './disk-text.ts';
import { openDocument } from './document.ts';
import { applyPlan } from './edit-apply.ts';
import {
  type FileEdits,
  groupEdits,
  type PlannedCreation,
  type PlannedFile,
  planCreation,
  planFile,
} from './edit-plan.ts';
import type { KnownTexts } from './known-texts.ts';
import { changedLines, unifiedDiff } from './line-diff.ts';
import { replacedLines } from './replaced-lines.ts';
import { sameLines } from './text-lines.ts';

type Definition = typeof bufferTools.edit_buffer;
type EditedFile = z.output<Definition['output']>['files'][number];

interface EditDeps {
  readonly context: ToolContext;
  readonly bases: CleanBases;
  readonly known: KnownTexts;
}

export async function editBuffer(
  input: z.output<Definition['input']>,
  deps: EditDeps,
): Promise<z.output<Definition['output']>> {
  const { edits = [], create = [], save = false } = input;
  if (edits.length + create.length === 0) {
    throw new HoldfastError('invalid_input', 'There is nothing to do: neither edits nor create is given.', {
      hint: 'Give edits [{path, old, new}] or create [{path, text}].',
    });
  }
  const groups = await groupEdits(edits);
  if (save) refuseUntitled(groups);
  const creations = await planCreations(create);
  const files = await applyGroups(groups, creations, deps);
  const report: EditedFile[] = [];
  const diffChars = Math.floor(limits.meanwhileMaxChars / Math.max(1, files.filter(({ seen }) => seen).length));
  for (const file of files) report.push(await finish(file, save, diffChars, deps));
  for (const { target, text } of creations)
    report.push(describeCreated(await openDocument(target), target.shown, text, deps));
  return { files: report, on_disk: report.every(({ dirty }) => !dirty) };
}

/** Saving one asks the person for a name in a dialog. */
function refuseUntitled(groups: readonly FileEdits[]): void {
  const untitled = groups.find(({ target }) => target.uri.scheme === 'untitled');
  if (untitled === undefined) return;
  throw new HoldfastError('invalid_input', `${untitled.target.shown} has no file to save to.`, {
    hint: 'Leave save out, or create a file with `create`.',
  });
}

async function planCreations(create: readonly { path: string; text: string }[]): Promise<PlannedCreation[]> {
  const creations: PlannedCreation[] = [];
  for (const { path, text } of create) {
    const creation = await planCreation(path, text);
    const { path: own } = creation.target.uri;
    const other = creations.find(({ target: { uri } }) => liesAt(own, uri.path) || liesAt(uri.path, own));
    if (other !== undefined) {
      const problem =
        other.target.uri.path === own
          ? `${path} is created twice`
          : `${path} and ${other.target.shown} lie in one another`;
      throw new HoldfastError('invalid_input', `${problem} in one call.`, { hint: 'Give each file once.' });
    }
    creations.push(creation);
  }
  return creations;
}

/** Whether a path is the other one or lies below it. */
function liesAt(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

/** Plans on the present texts and applies; when the person types in between, plans again on what they typed. */
async function applyGroups(
  groups: readonly FileEdits[],
  creations: readonly PlannedCreation[],
  { context, bases, known }: EditDeps,
): Promise<PlannedFile[]> {
  const { clock, signal, agent } = context;
  for (let attempt = 1; attempt <= limits.editAttempts; attempt += 1) {
    const files: PlannedFile[] = [];
    for (const group of groups)
      files.push(await planFile(group, { bases, known, clock, signal, agentName: agent.name }));
    signal.throwIfAborted();
    if (await applyPlan(files, creations, context)) return files;
  }
  throw new HoldfastError(
    'edit_rejected',
    `VS Code refused the edit ${limits.editAttempts} times: a buffer kept changing, or a file is read-only or cannot be created.`,
    {
      hint: 'Read the buffers again, then repeat the edit.',
    },
  );
}

async function finish(
  { document, target, plan, before, seen }: PlannedFile,
  save: boolean,
  diffChars: number,
  { context, known }: EditDeps,
): Promise<EditedFile> {
  const saved = save && (await saveDocument(document, target.shown));
  const text = document.getText();
  const saveChanged = saved && text !== plan.text ? changedLines(plan.text, text) : [];
  return {
    path: target.shown,
    created: false,
    version: document.version,
    sha: known.remember(context.agent.name, document.uri.toString(), document.version, text),
    dirty: document.isDirty,
    saved,
    changed: replacedLines(plan),
    ...(saveChanged.length > 0 ? { save_changed: saveChanged } : {}),
    ...(seen === undefined ? {} : describeMeanwhile(seen, before, diffChars)),
  };
}

function describeMeanwhile(seen: string, before: string, diffChars: number) {
  const meanwhile = changedLines(seen, before);
  // Line ends alone are no lines.
  return meanwhile.length === 0 ? {} : { meanwhile, meanwhile_diff: unifiedDiff(seen, before, diffChars) };
}

export async function saveDocument(document: vscode.TextDocument, shown: string): Promise<boolean> {
  const text = document.getText();
  if (await document.save()) return true;
  // VS Code answers so, too, when somebody has saved it meanwhile, or has typed on while it was saved.
  const disk = await readDisk(document);
  const present = document.isDirty ? text : document.getText();
  if (disk.kind === 'text' && (sameLines(disk.text, text) || sameLines(disk.text, present))) return true;
  throw new HoldfastError('save_failed', `The edit is in the buffer of ${shown}, but VS Code could not save it.`, {
    hint: 'The edit stands unsaved; do not repeat it. Ask the person to look at the file.',
    executed: 'yes',
    retryable: false,
  });
}

function describeCreated(
  document: vscode.TextDocument,
  shown: string,
  text: string,
  { context, known }: EditDeps,
): EditedFile {
  return {
    path: shown,
    created: true,
    version: document.version,
    sha: known.remember(context.agent.name, document.uri.toString(), document.version, document.getText()),
    dirty: document.isDirty,
    saved: true,
    changed: replacedLines({ text, replacements: [{ start: 0, end: 0, text }] }),
  };
}
