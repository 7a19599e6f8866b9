import * as vscode from 'vscode';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { ReviewFile, Reviews } from '../reviews/reviews.ts';
import { oneLine } from './one-line.ts';
import { proposalScheme, type ReviewDocuments } from './review-documents.ts';
import { proposerOf } from './review-text.ts';

export interface ReviewTabsDeps {
  readonly reviews: Reviews;
  readonly documents: ReviewDocuments;
  readonly clock: Clock;
  readonly log: Log;
}

/** The diff editors of reviews: they open without taking the focus, and a closed one is an answer, too. */
export class ReviewTabs implements Disposable {
  readonly #deps: ReviewTabsDeps;
  readonly #store = new DisposableStore();

  constructor(deps: ReviewTabsDeps) {
    this.#deps = deps;
    const { reviews, documents, clock } = deps;
    this.#store.add(
      reviews.onDidOpen(({ files: [first] }) => {
        if (first !== undefined) void this.show(first, { preserveFocus: true });
      }),
    );
    // Only its own tabs.
    this.#store.add(
      reviews.onDidDecide((file) => void documents.release(file, () => this.#close(this.#tabsOf(file), file.path))),
    );
    this.#store.add(
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) {
          const uri = proposalOf(tab);
          const file = uri === undefined ? undefined : documents.fileOf(uri);
          if (file === undefined) continue;
          const look = clock.after(limits.reviewTabMoveMs, () => {
            this.#store.delete(look);
            if (this.#tabsOf(file).length === 0) reviews.decide(file, { kind: 'dismissed' });
          });
          this.#store.add(look);
        }
      }),
    );
    // VS Code restores tabs after a reload; their reviews went with the window.
    void this.#close(
      allTabs().filter((tab) => proposalOf(tab) !== undefined),
      'earlier reviews',
    );
  }

  async show(file: ReviewFile, { preserveFocus }: { readonly preserveFocus: boolean }): Promise<void> {
    const { base, proposal } = this.#deps.documents.sides(file);
    const title = `${oneLine(file.path)}: proposed by ${proposerOf(file)}`;
    const options: vscode.TextDocumentShowOptions = { preserveFocus, preview: false };
    await vscode.commands.executeCommand('vscode.diff', base, proposal, title, options);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #close(tabs: readonly vscode.Tab[], whose: string): Promise<void> {
    try {
      if (tabs.length > 0 && !(await vscode.window.tabGroups.close(tabs, true))) throw new Error('VS Code kept it.');
    } catch (error) {
      this.#deps.log.warn(`a tab of ${whose} stays open: ${messageOf(error)}`);
    }
  }

  #tabsOf(file: ReviewFile): readonly vscode.Tab[] {
    const wanted = this.#deps.documents.sides(file).proposal.toString();
    return allTabs().filter((tab) => proposalOf(tab)?.toString() === wanted);
  }
}

function allTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

function proposalOf({ input }: vscode.Tab): vscode.Uri | undefined {
  const uri =
    input instanceof vscode.TabInputTextDiff
      ? input.modified
      : input instanceof vscode.TabInputText
        ? input.uri
        : undefined;
  return uri?.scheme === proposalScheme ? uri : undefined;
}
