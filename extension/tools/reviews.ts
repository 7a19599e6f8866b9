import type { Handlers } from '../../shared/catalog.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { ReviewedFile, reviewTools } from '../../shared/tools/reviews.ts';
import { isPending, type Proposal, type Review, type Reviews } from '../reviews/reviews.ts';
import { placeOf } from './support/accept-review.ts';
import type { CleanBases } from './support/clean-bases.ts';
import { openDocument, statOf } from './support/document.ts';
import { checkDisk, planCreation } from './support/edit-plan.ts';
import { sameLines, withoutMark } from './support/text-lines.ts';
import { refuseBinary, refuseTornPairs } from './support/text-match.ts';
import { waitFor } from './support/wait.ts';
import { resolveTarget } from './support/workspace-path.ts';
import type { ToolContext } from './tool-context.ts';

export interface ReviewDeps {
  readonly reviews: Reviews;
  readonly bases: CleanBases;
}

export function createReviewHandlers({ reviews, bases }: ReviewDeps): Handlers<typeof reviewTools, ToolContext> {
  return {
    async review_diff({ files, review_id, cancel, wait_ms = 0 }, context) {
      if ((files === undefined) === (review_id === undefined)) {
        throw new HoldfastError('invalid_input', 'review_diff takes either files or a review_id.', {
          hint: 'Give files to begin a review, or the review_id of an earlier one.',
        });
      }
      const review = review_id === undefined ? await open(files ?? [], context) : reviews.get(review_id);
      if (cancel === true && review_id !== undefined) reviews.cancel(review);
      if (isPending(review)) {
        await waitFor(context, wait_ms, (wake) => reviews.onDidChange(() => !isPending(review) && wake()));
      }
      return describe(review);
    },
  };

  async function open(files: readonly { path: string; new_text: string }[], context: ToolContext): Promise<Review> {
    const proposals: Proposal[] = [];
    for (const { path, new_text } of files) {
      const proposal = await proposalOf(path, new_text, context);
      if (proposals.some(({ uri }) => uri === proposal.uri)) {
        throw new HoldfastError('invalid_input', `${proposal.path} is proposed twice in one call.`, {
          hint: 'Give each file once.',
        });
      }
      proposals.push(proposal);
    }
    context.signal.throwIfAborted();
    return reviews.open(context.agent, proposals);
  }

  async function proposalOf(path: string, text: string, context: ToolContext): Promise<Proposal> {
    const target = await resolveTarget(path);
    const { uri, shown } = target;
    if (uri.scheme === 'file' && (await statOf(uri)) === undefined) {
      await planCreation(path, text);
      return { path: shown, uri: uri.toString(), place: await placeOf(uri), base: undefined, proposed: text };
    }
    refuseTornPairs(shown, text);
    refuseBinary(shown, text);
    const document = await openDocument(target);
    await checkDisk(document, target, { ...context, bases });
    const base = document.getText();
    if (sameLines(base, withoutMark(text))) {
      throw new HoldfastError('invalid_input', `The text that you propose for ${shown} is the present one.`, {
        hint: 'Propose a different text.',
      });
    }
    const place = await placeOf(document.uri);
    return { path: shown, uri: document.uri.toString(), place, base, proposed: text };
  }
}

function describe(review: Review): {
  readonly review_id: string;
  readonly pending: boolean;
  readonly files: ReviewedFile[];
} {
  let left = limits.answerMaxChars / 2;
  const files = review.files.map(({ path, outcome }): ReviewedFile => {
    switch (outcome?.kind) {
      case undefined:
        return { path, state: 'pending' };
      case 'accepted': {
        const { editedText, version, sha, dirty } = outcome;
        const edited = editedText !== undefined;
        const fits = edited && editedText.length <= left;
        if (fits) left -= editedText.length;
        return { path, state: 'accepted', edited, version, sha, dirty, ...(fits ? { final_text: editedText } : {}) };
      }
      case 'rejected':
        return { path, state: 'rejected', ...(outcome.comment === undefined ? {} : { comment: outcome.comment }) };
      case 'dismissed':
      case 'cancelled':
        return { path, state: outcome.kind };
    }
  });
  return { review_id: review.id, pending: isPending(review), files };
}
