import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { ReviewFile, Reviews } from '../reviews/reviews.ts';
import { oneLine } from './one-line.ts';
import { describeProposal, presentReviews, proposerOf } from './review-text.ts';
import { showWaiting } from './waiting-item.ts';

export interface ReviewViewDeps {
  readonly reviews: Reviews;
  /** Opens the proposal that it is given, or the oldest. */
  readonly command: string;
}

/** The proposals that wait, in the side bar and, as a number, in the status bar. Nothing opens by itself. */
export class ReviewView implements Disposable {
  readonly #deps: ReviewViewDeps;
  readonly #store = new DisposableStore();
  readonly #item = this.#store.add(
    // Right of the questions' item.
    vscode.window.createStatusBarItem('holdfast.reviews', vscode.StatusBarAlignment.Left, 9.8),
  );
  readonly #changed = this.#store.add(new vscode.EventEmitter<undefined>());
  readonly #tree: vscode.TreeView<ReviewFile>;

  constructor(deps: ReviewViewDeps) {
    this.#deps = deps;
    const { reviews, command } = deps;
    this.#item.name = 'Holdfast Reviews';
    this.#item.command = command;
    this.#tree = this.#store.add(
      vscode.window.createTreeView<ReviewFile>('holdfast.reviews', {
        treeDataProvider: {
          onDidChangeTreeData: this.#changed.event,
          getChildren: (parent) => (parent === undefined ? [...reviews.pending] : []),
          getTreeItem: (file) => itemOf(file, command),
        },
      }),
    );
    this.#store.add(reviews.onDidChange(() => this.#render()));
    this.#render();
  }

  #render(): void {
    const { pending } = this.#deps.reviews;
    this.#tree.badge = pending.length === 0 ? undefined : { value: pending.length, tooltip: 'Proposals to review' };
    this.#changed.fire(undefined);
    showWaiting(this.#item, presentReviews(pending));
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function itemOf(file: ReviewFile, command: string): vscode.TreeItem {
  const { key, path, base } = file;
  const item = new vscode.TreeItem(oneLine(path));
  item.id = key;
  item.description = proposerOf(file);
  // Plain text: names and paths come from agents.
  item.tooltip = describeProposal(file);
  item.accessibilityInformation = { label: describeProposal(file) };
  item.iconPath = new vscode.ThemeIcon(base === undefined ? 'diff-added' : 'diff-modified');
  item.contextValue = 'proposal';
  item.command = { command, title: 'Show Proposal', arguments: [file] };
  return item;
}
