import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'probing' };

/**
 * Keeps callers from waiting for a server that does not come up. Counts transport failures only: a refusal is an answer.
 * Any answer closes it; once the pause is over one probe goes through.
 */
export class Breaker {
  readonly #clock: Clock;
  #state: State = { kind: 'closed', failures: 0 };

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Whether an attempt may be made now; the first after a pause is the probe, and others wait for how it ends. */
  admit(): boolean {
    const state = this.#state;
    switch (state.kind) {
      case 'closed':
        return true;
      case 'probing':
        return false;
      case 'open':
        if (this.#clock.now() < state.untilMs) return false;
        this.#state = { kind: 'probing' };
        return true;
    }
  }

  get closed(): boolean {
    return this.#state.kind === 'closed';
  }

  /** Milliseconds until a probe may go; 0 when one may, or when it is on its way. */
  get pauseMs(): number {
    return this.#state.kind === 'open' ? Math.max(0, this.#state.untilMs - this.#clock.now()) : 0;
  }

  succeeded(): void {
    if (this.#state.kind !== 'closed' || this.#state.failures > 0) this.#state = { kind: 'closed', failures: 0 };
  }

  failed(): void {
    const failures = this.#state.kind === 'closed' ? this.#state.failures + 1 : limits.breakerFailures;
    this.#state =
      failures < limits.breakerFailures
        ? { kind: 'closed', failures }
        : { kind: 'open', untilMs: this.#clock.now() + limits.breakerOpenMs };
  }
}
