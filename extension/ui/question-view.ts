import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals, Question } from '../approvals/approvals.ts';
import { contextOf, describeQuestion, labelOf, nameOf } from './question-text.ts';

/** The list of questions in the side bar, and their number on its icon. It never opens by itself. */
export class QuestionView implements Disposable {
  readonly #store = new DisposableStore();

  constructor({ approvals, command }: { readonly approvals: Approvals; readonly command: string }) {
    const changed = this.#store.add(new vscode.EventEmitter<undefined>());
    const tree = this.#store.add(
      vscode.window.createTreeView<Question>('holdfast.approvals', {
        treeDataProvider: {
          onDidChangeTreeData: changed.event,
          getChildren: (parent) => (parent === undefined ? [...approvals.questions] : []),
          getTreeItem: (question) => itemOf(question, command),
        },
      }),
    );
    const render = (): void => {
      const count = approvals.questions.length;
      tree.badge = count === 0 ? undefined : { value: count, tooltip: 'Agents wait for your answer' };
      changed.fire(undefined);
    };
    this.#store.add(approvals.onDidChange(render));
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function itemOf(question: Question, command: string): vscode.TreeItem {
  const { tool, id } = question;
  const text = describeQuestion(question);
  const item = new vscode.TreeItem(labelOf(question));
  item.id = id;
  item.description = `${nameOf(question)}, ${tool}`;
  // Plain text: names and paths come from agents.
  item.tooltip = text;
  item.accessibilityInformation = { label: text };
  item.iconPath = new vscode.ThemeIcon('question');
  item.contextValue = contextOf(question);
  item.command = { command, title: 'Answer', arguments: [question] };
  return item;
}
