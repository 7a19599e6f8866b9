import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { WindowServers } from '../servers/window-servers.ts';
import { presentQuestions } from './question-text.ts';
import { showWaiting } from './waiting-item.ts';

interface QuestionBarDeps {
  readonly approvals: Approvals;
  readonly servers: WindowServers;
  readonly command: string;
}

/** The questions' item beside ours in the status bar, there as long as one stands. */
export class QuestionBar implements Disposable {
  readonly #deps: QuestionBarDeps;
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;

  constructor(deps: QuestionBarDeps) {
    this.#deps = deps;
    const { approvals, servers, command } = deps;
    // Right of the link's own item, which has the priority 10.
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('holdfast.questions', vscode.StatusBarAlignment.Left, 9.9),
    );
    this.#item.name = 'Holdfast Questions';
    this.#item.command = command;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#store.add(approvals.onDidChange(() => this.#render()));
    this.#store.add(servers.onDidChange(() => this.#render()));
    this.#render();
  }

  #render(): void {
    const { approvals, servers } = this.#deps;
    showWaiting(this.#item, presentQuestions(approvals.questions, servers.questions));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
