import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';

/** A call's time, which stands still while somebody else is waited for. */
export class CallTime implements Disposable {
  readonly #clock: Clock;
  readonly #over: () => void;
  #leftMs: number;
  #running: { readonly sinceMs: number; readonly timer: Disposable } | undefined;

  /** @param over called when the time is used up */
  constructor(clock: Clock, ms: number, over: () => void) {
    this.#clock = clock;
    this.#over = over;
    this.#leftMs = ms;
    this.resume();
  }

  get leftMs(): number {
    const { sinceMs } = this.#running ?? {};
    return sinceMs === undefined ? this.#leftMs : this.#leftMs - (this.#clock.now() - sinceMs);
  }

  pause(): void {
    this.#leftMs = this.leftMs;
    this.#running?.timer.dispose();
    this.#running = undefined;
  }

  resume(): void {
    this.pause();
    this.#running = { sinceMs: this.#clock.now(), timer: this.#clock.after(this.#leftMs, this.#over) };
  }

  dispose(): void {
    this.pause();
  }
}
