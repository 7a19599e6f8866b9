import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals, Question } from '../approvals/approvals.ts';
import { oneLine } from './one-line.ts';
import { labelOf } from './question-text.ts';

const scheme = 'holdfast-approval';
/** Stands in a URI for the whole input, where for a change its place and side stand. */
const wholeInput = 'input';
const sides = ['before', 'after'] as const;
type Side = (typeof sides)[number];

/**
 * Shows what a question is about, when the person wants to see it, and closes it after: a change in VS Code's own diff
 * editor, and a call of which no change is known with its whole input.
 */
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

  async show(question: Question): Promise<void> {
    const { id, tool, request } = question;
    const shown = request.changes.map(({ path }, index) => ({
      path,
      before: uriOf(id, index, 'before', path),
      after: uriOf(id, index, 'after', path),
    }));
    const [first, ...rest] = shown;
    if (first === undefined) {
      const uri = vscode.Uri.from({ scheme, path: `/${tool}.input.json`, query: `${id}/${wholeInput}` });
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
      return;
    }
    const title = `${oneLine(first.path)}: what would change`;
    if (rest.length === 0) return vscode.commands.executeCommand('vscode.diff', first.before, first.after, title);
    await vscode.commands.executeCommand(
      'vscode.changes',
      labelOf(question),
      shown.map(({ before, after }) => [after, before, after]),
    );
  }

  #content({ query }: vscode.Uri): string {
    const [id, index, side] = query.split('/');
    const request = this.#approvals.questions.find((each) => each.id === id)?.request;
    if (index === wholeInput) return request?.input ?? '';
    const change = request?.changes[Number(index)];
    const known = sides.find((each) => each === side);
    return change === undefined || known === undefined ? '' : change[known];
  }

  /** A diff of what is decided would look like something that still waits. */
  async #closeAnswered(): Promise<void> {
    const open = new Set(this.#approvals.questions.map(({ id }) => id));
    const over = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => {
        const id = questionOf(input);
        return id !== undefined && !open.has(id);
      });
    if (over.length > 0) await vscode.window.tabGroups.close(over, true);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** The id of the question that a tab shows; undefined for any other tab. */
function questionOf(tab: unknown): string | undefined {
  // A tab with several diffs has no type in VS Code's stable API.
  const many = typeof tab === 'object' && tab !== null && 'textDiffs' in tab ? tab.textDiffs : [tab];
  const shown: readonly unknown[] = Array.isArray(many) ? many : [];
  for (const each of shown) {
    const uri =
      each instanceof vscode.TabInputTextDiff
        ? each.modified
        : each instanceof vscode.TabInputText
          ? each.uri
          : undefined;
    if (uri?.scheme === scheme) return uri.query.split('/')[0];
  }
  return undefined;
}

/** Has the file's own path, in one line, so that it is coloured as the file is, and that both sides count as one file. */
function uriOf(id: string, index: number, side: Side, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${oneLine(path).replace(/^\/+/, '')}`, query: `${id}/${index}/${side}` });
}
