import * as vscode from 'vscode';
import { DisposableStore } from '../../shared/disposable.ts';
import type { Answer, Approvals, Question } from '../approvals/approvals.ts';
import type { WorkspaceServer } from '../servers/window-servers.ts';
import { choicesOf } from './question-choices.ts';
import type { QuestionDiff } from './question-diff.ts';
import { questionItem, titleOf, whyOf } from './question-text.ts';
import { answerServer, type ServerCommandDeps, serverItem } from './server-commands.ts';

interface QuestionCommandDeps extends ServerCommandDeps {
  readonly approvals: Approvals;
  readonly diff: QuestionDiff;
}

/**
 * The commands of the questions. They take the question itself, an object of this process that a view hands over: what is
 * named by a text, as whatever an agent might run would do, is no question.
 */
export function registerQuestionCommands(deps: QuestionCommandDeps): DisposableStore {
  const { approvals, diff } = deps;
  const on = (act: (question: Question) => unknown) => (given: unknown) => {
    const question = approvals.questions.find((each) => each === given);
    if (question !== undefined) return act(question);
    // A row that is gone by now; without one there is nothing to answer.
    return given === undefined ? undefined : tellGone();
  };
  const answer = (given: Answer) => on((question) => approvals.answer(question, given));
  const handlers = {
    'holdfast.answerQuestions': (given: unknown) => answerQuestions(deps, given),
    'holdfast.allowOnce': answer({ kind: 'once' }),
    'holdfast.allowForSession': answer({ kind: 'session' }),
    'holdfast.deny': answer({ kind: 'deny' }),
    'holdfast.showChange': on((question) => diff.show(question)),
  };
  const store = new DisposableStore();
  for (const [command, run] of Object.entries(handlers)) store.add(vscode.commands.registerCommand(command, run));
  return store;
}

async function answerQuestions(deps: QuestionCommandDeps, given: unknown): Promise<void> {
  const { approvals, servers } = deps;
  const all = [...approvals.questions, ...servers.questions];
  const known = all.find((each) => each === given);
  if (known === undefined && given !== undefined) return tellGone();
  const question = known ?? (await pickQuestion(all));
  if (question === undefined) return;
  if ('config' in question) return answerServer(deps, question);
  await choose(deps, question);
}

async function pickQuestion(
  questions: readonly (Question | WorkspaceServer)[],
): Promise<Question | WorkspaceServer | undefined> {
  if (questions.length === 1) return questions[0];
  const items = questions.map((question) =>
    'config' in question ? { ...serverItem(question), question } : { ...questionItem(question), question },
  );
  const title = "Agents' questions";
  const none = { title, placeHolder: 'No question waits for an answer.' };
  return (await vscode.window.showQuickPick(items, items.length === 0 ? none : { title, placeHolder: 'Which one?' }))
    ?.question;
}

async function choose({ approvals, diff }: QuestionCommandDeps, question: Question): Promise<void> {
  const title = titleOf(question);
  const picked = await vscode.window.showQuickPick(choicesOf(question), { title, placeHolder: whyOf(question) });
  if (picked === undefined) return;
  const { does } = picked;
  if (does.kind === 'show') return approvals.questions.includes(question) ? diff.show(question) : tellGone();
  const answer = does.kind === 'comment' ? await denyWithComment(title) : does;
  if (answer !== undefined && !approvals.answer(question, answer)) tellGone();
}

async function denyWithComment(title: string): Promise<Answer | undefined> {
  const comment = await vscode.window.showInputBox({ title, prompt: 'Why not?' });
  if (comment === undefined) return undefined;
  return comment === '' ? { kind: 'deny' } : { kind: 'deny', comment };
}

/** While the person looked at it; nothing must look as if their answer had counted. */
function tellGone(): void {
  void vscode.window.showInformationMessage(
    'This question is gone, so your answer was not used: its agent gave it up or asks about something else by now, it was answered elsewhere, or its time was over.',
  );
}
