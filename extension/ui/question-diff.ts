import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals, Question } from '../approvals/approvals.ts';

const scheme = 'holdfast-approval';
const sides = ['before', 'after'] as const;
type Side = (typeof sides)[number];

/** Shows what a question is about in VS Code's own diff editor, when the person wants to see it, and closes it after. */
export class QuestionDiff implements Disposable {
  readonly #approvals: Approvals;
  readonly #store = new DisposableStore();

  constructor({ approvals }: { readonly approvals: Approvals }) {
    this.#approvals = approvals;
    this.#store.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.#content(uri),
      }),
    );
    this.#store.add(approvals.onDidChange(() => void this.#closeAnswered()));
  }

  async show({ id, request }: Question): Promise<void> {
    const shown = request.changes.map(({ path }, index) => ({
      path,
      before: uriOf(id, index, 'before', path),
      after: uriOf(id, index, 'after', path),
    }));
    const [first, ...rest] = shown;
    if (first === undefined) return;
    const title = `${first.path}: what would change`;
    if (rest.length === 0) return vscode.commands.executeCommand('vscode.diff', first.before, first.after, title);
    await vscode.commands.executeCommand(
      'vscode.changes',
      request.what,
      shown.map(({ before, after }) => [after, before, after]),
    );
  }

  #content({ path }: vscode.Uri): string {
    const [, id, index, side] = path.split('/');
    const question = this.#approvals.questions.find((each) => each.id === id);
    const change = question?.request.changes[Number(index)];
    const known = sides.find((each) => each === side);
    return change === undefined || known === undefined ? '' : change[known];
  }

  /** A diff of what is decided would look like something that still waits. */
  async #closeAnswered(): Promise<void> {
    const open = new Set(this.#approvals.questions.map(({ id }) => id));
    const over = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => {
        if (!(input instanceof vscode.TabInputTextDiff) || input.modified.scheme !== scheme) return false;
        const [, id = ''] = input.modified.path.split('/');
        return !open.has(id);
      });
    if (over.length > 0) await vscode.window.tabGroups.close(over, true);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** Ends in the file's own path, so that it is coloured as the file is. */
function uriOf(id: string, index: number, side: Side, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${id}/${index}/${side}/${path.replace(/^\/+/, '')}` });
}
