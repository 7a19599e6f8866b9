import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { count } from '../../shared/tools/wording.ts';

/** A text that an agent proposes. */
export interface Proposal {
  /** How answers and titles name the file. */
  readonly path: string;
  readonly uri: string;
  /** Where that led when it was proposed, through all links. */
  readonly place: string;
  /** The text that the proposal was made for; undefined for a new file. */
  readonly base: string | undefined;
  readonly proposed: string;
}

export type Outcome =
  | {
      readonly kind: 'accepted';
      /** What was accepted, where the person had changed the proposal. */
      readonly editedText: string | undefined;
      readonly version: number;
      readonly sha: string;
      readonly dirty: boolean;
    }
  | { readonly kind: 'rejected'; readonly comment: string | undefined }
  | { readonly kind: 'dismissed' }
  | { readonly kind: 'cancelled' };

/** One file of a review, as everybody but `Reviews` sees it. */
export interface ReviewFile extends Proposal {
  /** Names the file inside this process; agents never learn it, so no agent can name a file to accept. */
  readonly key: string;
  readonly review: Review;
  /** Undefined while it waits for the person. */
  readonly outcome: Outcome | undefined;
}

export interface Review {
  readonly id: string;
  readonly agent: {
    readonly name: string;
    readonly version: string;
    /** Where it is known when the agent has gone. */
    readonly session?: string | undefined;
  };
  readonly files: readonly ReviewFile[];
}

interface OwnFile extends ReviewFile {
  base: string | undefined;
  proposed: string;
  outcome: Outcome | undefined;
}

interface OwnReview extends Review {
  readonly files: readonly OwnFile[];
  readonly expiry: Disposable;
}

export interface ReviewsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** A name that is not given twice and cannot be guessed. */
  readonly newId: () => string;
}

/** What agents have put before the person, and what became of it. Knows nothing of editors. */
export class Reviews implements Disposable {
  readonly #deps: ReviewsDeps;
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #opened = this.#store.add(new Emitter<Review>());
  readonly #decided = this.#store.add(new Emitter<ReviewFile>());
  /** Oldest first. */
  readonly #reviews = new Map<string, OwnReview>();

  /** A review came, or something was decided. */
  readonly onDidChange = this.#changes.event;
  readonly onDidOpen = this.#opened.event;
  /** A file does not wait any more, for whatever reason. */
  readonly onDidDecide = this.#decided.event;

  constructor(deps: ReviewsDeps) {
    this.#deps = deps;
  }

  /** Files that wait for the person, in the order in which they came. */
  get pending(): readonly ReviewFile[] {
    return [...this.#reviews.values()].flatMap(({ files }) => files.filter(({ outcome }) => outcome === undefined));
  }

  /** @throws HoldfastError `busy`, `too_large`: nothing was opened */
  open(agent: Review['agent'], proposals: readonly Proposal[]): Review {
    const chars = proposals.reduce((sum, { base = '', proposed }) => sum + base.length + proposed.length, 0);
    if (chars > limits.reviewMaxChars) {
      throw new HoldfastError(
        'too_large',
        `The texts of the review have ${chars} characters; the limit is ${limits.reviewMaxChars}.`,
        {
          hint: 'Split it into several reviews.',
        },
      );
    }
    const waiting = [...this.#reviews.values()].filter((review) => isPending(review)).length;
    if (waiting >= limits.reviewsMax) {
      throw new HoldfastError('busy', `${waiting} reviews wait for the person already.`, {
        hint: 'Wait for their outcome, or cancel some of them.',
      });
    }
    const { clock, log, newId } = this.#deps;
    const id = newId();
    const files: OwnFile[] = [];
    const review: OwnReview = {
      id,
      agent: { name: agent.name, version: agent.version, session: agent.session },
      files,
      expiry: clock.after(limits.reviewExpiryMs, () => this.#end(review, { kind: 'dismissed' })),
    };
    for (const proposal of proposals) files.push({ ...proposal, key: newId(), review, outcome: undefined });
    this.#reviews.set(id, review);
    this.#forgetOldest();
    log.info(`review ${id} of ${count(files.length, 'file')} for ${agent.name}`);
    this.#opened.fire(review);
    this.#changes.fire();
    return review;
  }

  /** @throws HoldfastError `not_found` */
  get(id: string): Review {
    const review = this.#reviews.get(id);
    if (review !== undefined) return review;
    throw new HoldfastError('not_found', `There is no review ${id} in this window (any more).`, {
      hint: 'A reload of the window ends its reviews undecided, and old ones are forgotten: read the buffers, then begin a new review.',
    });
  }

  /** The file with that key, while it waits. */
  find(key: string): ReviewFile | undefined {
    return this.pending.find((file) => file.key === key);
  }

  /** The text below the proposal has changed: from now on it stands against this one. */
  rebase(file: ReviewFile, base: string | undefined): void {
    const own = this.#own(file);
    if (own === undefined) return;
    own.base = base;
    this.#changes.fire();
  }

  /** @returns false when the file had been decided already */
  decide(file: ReviewFile, outcome: Outcome): boolean {
    const own = this.#own(file);
    if (own === undefined) return false;
    own.outcome = outcome;
    // Outcomes are kept for long, texts of which nobody asks any more are not.
    own.base = undefined;
    own.proposed = '';
    this.#deps.log.info(`review ${file.review.id}: ${outcome.kind} ${file.path}`);
    if (!isPending(file.review)) this.#reviews.get(file.review.id)?.expiry.dispose();
    this.#decided.fire(own);
    this.#changes.fire();
    return true;
  }

  /** Takes back what is still open of a review. */
  cancel(review: Review): void {
    const own = this.#reviews.get(review.id);
    if (own !== undefined) this.#end(own, { kind: 'cancelled' });
  }

  /** Takes back what agents have left open that are gone, and nothing of anybody else. */
  agentsEnded(sessions: readonly string[]): void {
    for (const review of this.#reviews.values()) {
      if (review.agent.session !== undefined && sessions.includes(review.agent.session)) this.cancel(review);
    }
  }

  dispose(): void {
    for (const { expiry } of this.#reviews.values()) expiry.dispose();
    this.#store.dispose();
  }

  #end({ files }: OwnReview, outcome: Outcome): void {
    for (const file of files) this.decide(file, outcome);
  }

  #own({ key, review }: ReviewFile): OwnFile | undefined {
    const own = this.#reviews.get(review.id)?.files.find((file) => file.key === key);
    return own?.outcome === undefined ? own : undefined;
  }

  #forgetOldest(): void {
    const decided = [...this.#reviews.values()].filter((review) => !isPending(review));
    for (const { id } of decided.slice(0, Math.max(0, decided.length - limits.reviewsKept))) this.#reviews.delete(id);
  }
}

/** Whether some file of it waits for the person. */
export function isPending({ files }: Review): boolean {
  return files.some(({ outcome }) => outcome === undefined);
}
