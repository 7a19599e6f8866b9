import { HoldfastError } from '../../shared/errors.ts';
import { Cancellation, type CancelSignal } from '../editors/cancellation.ts';
import type { CallProgress } from '../editors/editor-call.ts';

type Progress = (progress: CallProgress) => void;

/** What the work of a shared call gets: cancelled when nobody waits for it any more. */
export interface SharedWork {
  readonly signal: CancelSignal;
  readonly progress: Progress;
}

/** One running call with everybody who asked for it. Who cancels leaves; the call ends with the last of them. */
export class SharedCall {
  readonly #cancellation = new Cancellation();
  readonly #progress = new Set<Progress>();
  readonly #result: Promise<string>;
  #waiting = 0;

  constructor(work: (shared: SharedWork) => Promise<string>) {
    this.#result = work({
      signal: this.#cancellation,
      progress: (progress) => {
        for (const tell of this.#progress) tell(progress);
      },
    });
  }

  /** Whether everybody has left: the call is being stopped, and its end is not the answer to a new question. */
  get abandoned(): boolean {
    return this.#cancellation.aborted;
  }

  /** Resolves when the call is over, in whatever way. */
  get over(): Promise<unknown> {
    return this.#result.catch(() => undefined);
  }

  /** Waits for the one result. Rejects with `cancelled` for this asker alone when others go on waiting. */
  join(signal: CancelSignal, progress: Progress | undefined): Promise<string> {
    this.#waiting++;
    if (progress !== undefined) this.#progress.add(progress);
    return new Promise((resolve, reject) => {
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        signal.removeEventListener('abort', cancel);
        if (progress !== undefined) this.#progress.delete(progress);
        this.#waiting--;
      };
      const cancel = (): void => {
        leave();
        // The last one gets what the window's side says of the effect.
        if (this.#waiting === 0) this.#cancellation.abort();
        else reject(leftAlone());
      };
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
      this.#result.then(resolve, reject).finally(leave);
    });
  }
}

function leftAlone(): HoldfastError {
  return new HoldfastError('cancelled', 'This request was cancelled; the same call runs on for another one.', {
    executed: 'unknown',
    hint: 'Read the affected state before calling again; the same idempotency key still gives the result.',
    retryable: false,
  });
}
