/** The tool rename_symbol: plan by the language server, show, and apply only what was shown. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { refactorTools } from '../../../shared/tools/refactor.ts';
import type { Locator } from '../../../shared/tools/symbol-fields.ts';
import {
  type AppliedSet,
  applyChangeSet,
  approveChangeSet,
  type ChangeDeps,
  type ChangeSet,
  describeChangeSet,
  planChangeSet,
  proposed,
} from './change-set.ts';
import type { DiskWatch } from './disk-watch.ts';
import { checkDisk } from './edit-plan.ts';
import type { LanguageServers } from './language-servers.ts';
import { openCaughtUp } from './open-caught-up.ts';
import type { PlanMemory } from './plan-memory.ts';
import { locate } from './symbol-locator.ts';
import { plainName } from './symbol-tree.ts';
import { loadUsingProjects } from './typescript-projects.ts';
import { readWorkspaceEdit } from './workspace-edit.ts';
import { resolveTarget } from './workspace-path.ts';

type Definition = typeof refactorTools.rename_symbol;
type Input = z.output<Definition['input']>;

export interface RenamePlan {
  readonly oldName: string;
  readonly newName: string;
  readonly set: ChangeSet;
  /** Why uses may be missing. */
  readonly doubt: string | undefined;
}

export interface RenameDeps extends ChangeDeps {
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
  readonly plans: PlanMemory<RenamePlan>;
}

export async function renameSymbol(input: Input, deps: RenameDeps): Promise<z.output<Definition['output']>> {
  const { mode = 'preview', plan_id, save = false } = input;
  const id = plan_id ?? deps.plans.add(await plan(input, deps));
  const { oldName, newName, set, doubt } = deps.plans.get(id);
  const apply = mode === 'apply';
  const done = apply ? await applyTaken(id, save, deps) : undefined;
  return {
    old_name: oldName,
    new_name: newName,
    applied: apply,
    plan_id: apply ? null : id,
    ...describeChangeSet(set, done?.versions),
    edits_total: set.changes.reduce((sum, { plan: { replacements } }) => sum + replacements.length, 0),
    on_disk: done?.onDisk ?? false,
    ...(doubt === undefined ? {} : { note: `uses may be missing: ${doubt}` }),
  };
}

async function applyTaken(id: string, save: boolean, deps: RenameDeps): Promise<AppliedSet> {
  const approved = await approveChangeSet(deps.plans.get(id).set, deps);
  // A plan that goes wrong half-way must not be tried again; one that the person has yet to allow is still whole.
  deps.plans.take(id);
  return applyChangeSet(approved, save, deps);
}

async function plan(input: Input, deps: RenameDeps): Promise<RenamePlan> {
  const { path, new_name } = input;
  const { context, bases, disk, servers } = deps;
  if (path === undefined || new_name === undefined) {
    throw new HoldfastError('invalid_input', 'rename_symbol needs path and new_name, or the plan_id of a preview.', {
      hint: 'Give path, symbol and new_name.',
    });
  }
  const locator: Locator = { ...input, path };
  const target = await resolveTarget(path);
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const { document, behind } = await openCaughtUp(target, { context, bases, disk }, endMs);
  await checkDisk(document, target, { ...context, bases });
  const { name, at } = await locate(document, target.shown, locator, { ...context, servers }, endMs);
  const oldName = plainName(name);
  if (oldName === new_name) {
    throw new HoldfastError('invalid_input', `${oldName} has that name already.`, { hint: 'Give another new_name.' });
  }
  const loading = await loadUsingProjects(document, context, endMs);
  const { answer, reason } = await servers.settled(
    document,
    () =>
      proposed(
        `${oldName} cannot be renamed`,
        vscode.commands.executeCommand<vscode.WorkspaceEdit>(
          'vscode.executeDocumentRenameProvider',
          document.uri,
          at,
          new_name,
        ),
        context,
        endMs + limits.symbolMarginMs / 2,
      ),
    (edit) => edit.size,
    context,
    endMs,
  );
  const set = answer === undefined ? undefined : await planChangeSet(readWorkspaceEdit(answer), deps);
  if (set === undefined || set.changes.length + set.creations.length === 0) {
    throw new HoldfastError('edit_rejected', `${oldName} cannot be renamed: the language server proposes no change.`, {
      hint: `Rename it with edit_buffer; no server may know renaming in ${document.languageId} files.`,
      retryable: false,
    });
  }
  const doubts = [reason, behind, loading].filter((each) => each !== undefined);
  return { oldName, newName: new_name, set, doubt: doubts.length === 0 ? undefined : doubts.join('; ') };
}
