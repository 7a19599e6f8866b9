/** The tool code_action: list, show one as a diff, apply it. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { refactorTools } from '../../../shared/tools/refactor.ts';
import {
  applyChangeSet,
  approveChangeSet,
  type ChangeDeps,
  type ChangeSet,
  describeChangeSet,
  planChangeSet,
  presentText,
  proposed,
} from './change-set.ts';
import type { DiskWatch } from './disk-watch.ts';
import { lineSource } from './document.ts';
import { findProblem, problemsOf, withProblems } from './document-problems.ts';
import { checkDisk } from './edit-plan.ts';
import type { LanguageServers } from './language-servers.ts';
import { openCaughtUp } from './open-caught-up.ts';
import type { PlanMemory } from './plan-memory.ts';
import { checkPosition } from './text-lines.ts';
import { readWorkspaceEdit } from './workspace-edit.ts';
import { resolveTarget } from './workspace-path.ts';

type Definition = typeof refactorTools.code_action;
type Input = z.output<Definition['input']>;
type Output = z.output<Definition['output']>;

/** A listed action; with `set`, one that was shown. */
export interface ActionPlan {
  readonly title: string;
  readonly action: vscode.CodeAction;
  readonly document: { readonly uri: vscode.Uri; readonly shown: string; readonly text: string };
  readonly set?: ChangeSet;
}

export interface ActionDeps extends ChangeDeps {
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
  readonly plans: PlanMemory<ActionPlan>;
}

export async function codeAction(input: Input, deps: ActionDeps): Promise<Output> {
  const { mode, plan_id, save = false } = input;
  if (plan_id === undefined) {
    if (mode === undefined || mode === 'list') return list(input, deps);
    throw new HoldfastError('invalid_input', `mode ${mode} needs the plan_id of a listed action.`, {
      hint: 'List the actions of a place first.',
    });
  }
  const plan = deps.plans.get(plan_id);
  const set = plan.set ?? (await setOf(plan, deps));
  const shown = { title: plan.title, ...noteOf(plan.action) };
  if (mode !== 'apply') {
    deps.plans.replace(plan_id, { ...plan, set });
    return { ...shown, applied: false, plan_id, ...describeChangeSet(set), on_disk: false };
  }
  // What is asked about, and asked about again, is one plan.
  deps.plans.replace(plan_id, { ...plan, set });
  const approved = await approveChangeSet(set, deps);
  deps.plans.take(plan_id);
  const { versions, onDisk } = await applyChangeSet(approved, save, deps);
  return { ...shown, applied: true, plan_id: null, ...describeChangeSet(set, versions), on_disk: onDisk };
}

/** @throws HoldfastError `edit_rejected` for an action that only runs a command, `version_changed` */
async function setOf({ title, action, document }: ActionPlan, deps: ActionDeps): Promise<ChangeSet> {
  if ((await presentText(document.uri, deps)).text !== document.text) {
    throw new HoldfastError('version_changed', `${document.shown} has changed since its actions were listed.`, {
      hint: 'List the actions again.',
    });
  }
  const set = action.edit === undefined ? undefined : await planChangeSet(readWorkspaceEdit(action.edit), deps);
  if (set !== undefined && set.changes.length + set.creations.length > 0) return set;
  const command = isFollowUp(action) ? undefined : action.command?.command;
  throw new HoldfastError(
    'edit_rejected',
    command === undefined
      ? `"${title}" changes nothing.`
      : `"${title}" only runs a command (${command}): what it would change cannot be shown or checked before.`,
    {
      hint:
        command === undefined
          ? 'Take another action.'
          : 'Make the change with edit_buffer, or ask the person to apply it at that place.',
      retryable: false,
    },
  );
}

/** TypeScript's own notes of what was done, without an effect of their own. */
const isFollowUp = ({ command }: vscode.CodeAction) => command?.command.startsWith('_typescript.did') === true;

/** Offered although there is nothing to do: organising tidy imports. */
function isIdle(action: vscode.CodeAction): boolean {
  if (!isFollowUp(action)) return false;
  if (action.edit === undefined) return true;
  const { texts, creates, moves, snippets } = readWorkspaceEdit(action.edit);
  return texts.length + creates.length + moves.length + snippets === 0;
}

/** What VS Code would do after the edit, and we do not: it moves the cursor or asks the person something. */
function noteOf({ edit, command }: vscode.CodeAction): { note?: string } {
  const internal = /^_typescript\.(did|applyCodeActionCommand|applyFix)/i.test(command?.command ?? '');
  if (edit === undefined || command === undefined || internal) return {};
  return { note: `its follow-up command (${command.title || command.command}) is not run` };
}

async function list(input: Input, deps: ActionDeps): Promise<Output> {
  const { path, diagnostic } = input;
  const { context, bases, disk, servers, plans } = deps;
  if (path === undefined) {
    throw new HoldfastError('invalid_input', 'code_action needs path, or the plan_id of a listed action.', {
      hint: 'Give path, and line or diagnostic.',
    });
  }
  const target = await resolveTarget(path);
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const { document } = await openCaughtUp(target, { context, bases, disk }, endMs);
  await checkDisk(document, target, { ...context, bases });
  // Its server must be there before it is asked.
  await servers.symbols(document, context, endMs);
  const problems = await problemsOf(document, context, endMs);
  const range =
    diagnostic === undefined
      ? rangeOf(input, document, target.shown)
      : findProblem(problems, diagnostic, input.line, target.shown).range;
  const { version } = document;
  const { answer = [], reason } = await servers.settled(
    document,
    () =>
      withProblems(document, problems, () =>
        proposed(
          'There are no actions',
          vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[]>(
            'vscode.executeCodeActionProvider',
            document.uri,
            range,
            kindOf(input),
            limits.codeActionsMax,
          ),
          context,
          endMs + limits.symbolMarginMs / 2,
        ),
      ),
    (actions) => actions.length,
    context,
    endMs,
  );
  if (document.version !== version) {
    throw new HoldfastError('version_changed', `${target.shown} changed while its actions were asked for.`, {
      hint: 'Call again.',
      retryable: true,
    });
  }
  const useful = answer.map(toAction).filter(isOfUse);
  const idle = useful.filter(isIdle);
  const offered = useful.filter((action) => !idle.includes(action));
  const kept = offered.slice(0, limits.codeActionsMax);
  const where = { uri: document.uri, shown: target.shown, text: document.getText() };
  const notes = [
    reason,
    idle.length > 0 ? `${idle.map(({ title }) => title).join(', ')} would change nothing` : undefined,
    kept.length < offered.length ? `${offered.length - kept.length} more: give kind` : undefined,
  ].filter((each) => each !== undefined);
  return {
    actions: kept.map((action) => ({
      plan_id: plans.add({ title: action.title, action, document: where }),
      title: action.title,
      kind: action.kind?.value ?? '',
      ...(action.isPreferred === true ? { preferred: true } : {}),
      ...(action.edit === undefined && action.command !== undefined ? { command_only: true } : {}),
      ...(action.disabled === undefined ? {} : { disabled: action.disabled.reason }),
    })),
    applied: false,
    plan_id: null,
    files: [],
    files_total: 0,
    on_disk: false,
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  };
}

function kindOf({ kind, diagnostic, line }: Input): string | undefined {
  if (kind !== undefined) return kind;
  if (diagnostic !== undefined) return vscode.CodeActionKind.QuickFix.value;
  return line === undefined ? vscode.CodeActionKind.Source.value : undefined;
}

/** An old kind of provider gives bare commands. */
function toAction(offered: vscode.CodeAction | vscode.Command): vscode.CodeAction {
  if (!isCommand(offered)) return offered;
  const action = new vscode.CodeAction(offered.title);
  action.command = offered;
  return action;
}

function isCommand(offered: vscode.CodeAction | vscode.Command): offered is vscode.Command {
  return typeof offered.command === 'string';
}

/** Snippets that VS Code itself offers everywhere, and agents' own entries: nothing for an agent. */
function isOfUse({ kind, command }: vscode.CodeAction): boolean {
  return (
    kind?.value.startsWith('refactor.surround') !== true &&
    !/^(inlineChat|editor\.action\.surroundWithSnippet|workbench\.action\.chat)/.test(command?.command ?? '')
  );
}

/** @throws HoldfastError `position_out_of_range`, `invalid_input` when it ends before it starts */
function rangeOf(input: Input, document: vscode.TextDocument, shown: string): vscode.Range {
  const { line, column = 1, end_line = line, end_column } = input;
  if (line === undefined || end_line === undefined) return new vscode.Range(0, 0, document.lineCount, 0);
  const source = lineSource(document, shown);
  checkPosition(source, line, column);
  checkPosition(source, end_line, 1);
  const whole = input.end_line !== undefined || input.column === undefined;
  const endColumn = end_column ?? (whole ? source.lineLength(end_line) + 1 : column);
  checkPosition(source, end_line, endColumn);
  const [start, end] = [new vscode.Position(line - 1, column - 1), new vscode.Position(end_line - 1, endColumn - 1)];
  if (!end.isBefore(start)) return new vscode.Range(start, end);
  throw new HoldfastError('invalid_input', 'The range ends before it starts.', {
    hint: 'Give an end after the start.',
  });
}
