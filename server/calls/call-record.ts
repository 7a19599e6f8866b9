import { limits } from '../../shared/limits.ts';
import type { StatusMessage } from '../../shared/protocol.ts';

type FinishedCall = StatusMessage['recentCalls'][number];

export interface CallStatistics {
  readonly finished: number;
  readonly failed: number;
  /** Newest last, at most `limits.recentCallsMax`. */
  readonly recentCalls: readonly FinishedCall[];
}

/** What was called lately: names, times and outcomes, never arguments or results. */
export class CallRecord {
  readonly #recent: FinishedCall[] = [];
  #finished = 0;
  #failed = 0;

  add(call: FinishedCall): void {
    this.#finished++;
    if (!call.ok) this.#failed++;
    this.#recent.push(call);
    if (this.#recent.length > limits.recentCallsMax) this.#recent.shift();
  }

  get statistics(): CallStatistics {
    return { finished: this.#finished, failed: this.#failed, recentCalls: [...this.#recent] };
  }
}
