import { messageOf } from '../../shared/errors.ts';
import type { ReviewFile, Reviews } from '../reviews/reviews.ts';
import type { Acceptance } from '../tools/support/accept-review.ts';

export interface ReviewDecisionDeps {
  readonly reviews: Reviews;
  /** As the person sees it now. */
  readonly proposedText: (file: ReviewFile) => string;
  readonly apply: (file: ReviewFile, finalText: string) => Promise<Acceptance>;
  /** Shows the proposal against its base, which is another one now. */
  readonly showAnew: (file: ReviewFile) => Promise<void>;
  /** Undefined when the person thinks better of it. */
  readonly askComment: (file: ReviewFile) => Promise<string | undefined>;
  readonly warn: (message: string) => void;
  readonly fail: (message: string) => void;
}

/** What a person's decision leads to. No `vscode`, so that clicks that overtake each other are tested. */
export class ReviewDecisions {
  readonly #deps: ReviewDecisionDeps;
  readonly #accepting = new Set<ReviewFile>();

  constructor(deps: ReviewDecisionDeps) {
    this.#deps = deps;
  }

  /** The second click of a double one would find the text that the first has just put there, and take it for a stranger's. */
  async accept(file: ReviewFile): Promise<void> {
    if (this.#accepting.has(file)) return;
    this.#accepting.add(file);
    try {
      await this.#accept(file);
    } catch (error) {
      this.#deps.fail(`Accepting ${file.path} failed: ${messageOf(error)}`);
    } finally {
      this.#accepting.delete(file);
    }
  }

  async rejectWithComment(file: ReviewFile): Promise<void> {
    const { reviews, askComment, warn } = this.#deps;
    const comment = await askComment(file);
    if (comment === undefined) return;
    if (!reviews.decide(file, { kind: 'rejected', comment: comment === '' ? undefined : comment }))
      warn(`${file.path} does not wait for you any more; the agent is not told what you wrote.`);
  }

  async #accept(file: ReviewFile): Promise<void> {
    const { reviews, proposedText, apply, showAnew, warn } = this.#deps;
    const acceptance = await apply(file, proposedText(file));
    if (acceptance.kind === 'done') {
      if (!reviews.decide(file, acceptance.outcome))
        warn(`${file.path} was changed, although its review had just ended otherwise. Undo takes the change back.`);
      return;
    }
    // Nothing was done, and nothing waits any more.
    if (file.outcome !== undefined) return;
    reviews.rebase(file, acceptance.base);
    await showAnew(file);
    warn(
      acceptance.base === undefined
        ? `${file.path} was deleted since this was proposed; nothing was applied. The left side is empty now: look again, then accept, which creates the file, or reject.`
        : `${file.path} has changed since this was proposed; nothing was applied. The left side now shows the present text: look again, then accept or reject.`,
    );
  }
}
