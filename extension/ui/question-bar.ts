import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { presentQuestions } from './question-text.ts';
import { showWaiting } from './waiting-item.ts';

/** The questions' item beside ours in the status bar, there as long as one stands. */
export class QuestionBar implements Disposable {
  readonly #approvals: Approvals;
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;

  constructor({ approvals, command }: { readonly approvals: Approvals; readonly command: string }) {
    this.#approvals = approvals;
    // Right of the link's own item, which has the priority 10.
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('holdfast.questions', vscode.StatusBarAlignment.Left, 9.9),
    );
    this.#item.name = 'Holdfast Questions';
    this.#item.command = command;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#store.add(approvals.onDidChange(() => this.#render()));
    this.#render();
  }

  #render(): void {
    showWaiting(this.#item, presentQuestions(this.#approvals.questions));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
