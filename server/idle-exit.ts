import type { Clock } from '../shared/clock.ts';
import { type Disposable, DisposableStore } from '../shared/disposable.ts';
import type { Event } from '../shared/events.ts';

export interface IdleExitDeps {
  readonly idleMs: number;
  readonly clock: Clock;
  /** Whether a link, a stream or a request is open now. */
  readonly busy: () => boolean;
  /** When the last request ended or began, in `clock.now()` milliseconds. */
  readonly lastRequestMs: () => number;
  /** Windows came or went. */
  readonly onDidChange: Event<void>;
  readonly onIdle: () => void;
}

/** Notices that nobody has used the bridge for a while. One timer, set to the earliest moment at which that can be. */
export class IdleExit implements Disposable {
  readonly #deps: IdleExitDeps;
  readonly #store = new DisposableStore();
  #usedMs: number;

  constructor(deps: IdleExitDeps) {
    this.#deps = deps;
    this.#usedMs = deps.clock.now();
    this.#store.add(
      deps.onDidChange(() => {
        this.#usedMs = deps.clock.now();
      }),
    );
    this.#check(deps.idleMs);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #check(inMs: number): void {
    const { clock, idleMs, busy, lastRequestMs, onIdle } = this.#deps;
    const timer = clock.after(inMs, () => {
      this.#store.delete(timer);
      if (busy()) this.#usedMs = clock.now();
      const leftMs = Math.max(this.#usedMs, lastRequestMs()) + idleMs - clock.now();
      if (leftMs > 0) this.#check(leftMs);
      else onIdle();
    });
    this.#store.add(timer);
  }
}
