import * as vscode from 'vscode';
import { DisposableStore } from '../../shared/disposable.ts';
import type { Answer, Approvals, Question } from '../approvals/approvals.ts';
import type { WorkspaceServer } from '../servers/window-servers.ts';
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
    return question === undefined ? undefined : act(question);
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
  const question = all.find((each) => each === given) ?? (await pickQuestion(all));
  if (question === undefined) return;
  if ('config' in question) return answerServer(deps, question);
  const picked = await vscode.window.showQuickPick(choicesOf(deps, question), {
    title: titleOf(question),
    placeHolder: whyOf(question),
  });
  await picked?.run();
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

function choicesOf({ approvals, diff }: QuestionCommandDeps, question: Question) {
  const { lasting, request } = question;
  const give = (answer: Answer) => async (): Promise<void> => void approvals.answer(question, answer);
  const show = { label: '$(diff) Show Change', detail: 'The question stays.', run: () => diff.show(question) };
  const session = {
    label: '$(check-all) Allow for This Session',
    detail: 'This kind of call, until the window is closed or reloaded.',
    run: give({ kind: 'session' }),
  };
  return [
    ...(request.changes.length > 0 ? [show] : []),
    { label: '$(check) Allow Once', detail: 'This one call.', run: give({ kind: 'once' }) },
    ...(lasting ? [session] : []),
    { label: '$(circle-slash) Deny', detail: 'Nothing is done.', run: give({ kind: 'deny' }) },
    {
      label: '$(comment) Deny with a Comment',
      detail: 'The agent is told what you write.',
      run: async (): Promise<void> => {
        const comment = await vscode.window.showInputBox({ title: titleOf(question), prompt: 'Why not?' });
        if (comment !== undefined) approvals.answer(question, { kind: 'deny', ...(comment === '' ? {} : { comment }) });
      },
    },
  ];
}
