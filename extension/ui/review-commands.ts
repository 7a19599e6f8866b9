import * as vscode from 'vscode';
import { DisposableStore } from '../../shared/disposable.ts';
import type { ReviewFile, Reviews } from '../reviews/reviews.ts';
import type { Acceptance } from '../tools/support/accept-review.ts';
import { noticeText, oneLine } from './one-line.ts';
import { ReviewDecisions } from './review-decisions.ts';
import type { ReviewDocuments } from './review-documents.ts';
import type { ReviewTabs } from './review-tabs.ts';

export interface ReviewCommandDeps {
  readonly reviews: Reviews;
  readonly documents: ReviewDocuments;
  readonly tabs: ReviewTabs;
  readonly accept: (file: ReviewFile, finalText: string) => Promise<Acceptance>;
}

/**
 * The commands of reviews. They take the proposal from a view, or the URI of its diff from the editor's title; that URI
 * holds a key which agents never learn. Without either nothing is decided, whatever the person is looking at.
 */
export function registerReviewCommands(deps: ReviewCommandDeps): DisposableStore {
  const { reviews, documents, tabs } = deps;
  const decisions = new ReviewDecisions({
    reviews,
    proposedText: (file) => documents.proposedText(file),
    apply: deps.accept,
    showAnew: (file) => {
      documents.refresh(file);
      return tabs.show(file, { preserveFocus: false });
    },
    askComment: async (file) =>
      vscode.window.showInputBox({ title: `Reject ${oneLine(file.path)}`, prompt: 'What should the agent know?' }),
    warn: (message) => void vscode.window.showWarningMessage(noticeText(message)),
    fail: (message) => void vscode.window.showErrorMessage(noticeText(message)),
  });
  const fileOf = (given: unknown): ReviewFile | undefined =>
    given instanceof vscode.Uri ? documents.fileOf(given) : reviews.pending.find((file) => file === given);
  const on = (act: (file: ReviewFile) => Promise<void>) => async (given: unknown) => {
    const file = fileOf(given);
    if (file === undefined) return;
    await act(file);
    // What follows in the same review comes up where the person is looking.
    const next = file.review.files.find(({ outcome }) => outcome === undefined);
    if (file.outcome !== undefined && next !== undefined) await tabs.show(next, { preserveFocus: false });
  };
  const handlers = {
    'holdfast.acceptProposal': on((file) => decisions.accept(file)),
    'holdfast.rejectProposal': on(async (file) => void reviews.decide(file, { kind: 'rejected', comment: undefined })),
    'holdfast.rejectProposalWithComment': on((file) => decisions.rejectWithComment(file)),
    'holdfast.showProposal': (given: unknown) => showProposal(fileOf(given) ?? reviews.pending[0], tabs),
  };
  const store = new DisposableStore();
  for (const [command, run] of Object.entries(handlers)) store.add(vscode.commands.registerCommand(command, run));
  return store;
}

async function showProposal(file: ReviewFile | undefined, tabs: ReviewTabs): Promise<void> {
  if (file !== undefined) return tabs.show(file, { preserveFocus: false });
  await vscode.window.showQuickPick([], { title: 'Proposals to review', placeHolder: 'No proposal waits for you.' });
}
