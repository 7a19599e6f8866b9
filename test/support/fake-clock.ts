import type { Clock } from '../../shared/clock.ts';
import { type Disposable, toDisposable } from '../../shared/disposable.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers run in the order in which they are due, and promises settle
 * between them, so that a transcript made under it is the same on every machine.
 */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs: number;
  #wallMs: number;

  /** The two origins differ, so that code which mixes the two up fails. */
  constructor(startMs = 1_000, wallMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  after(ms: number, run: () => void): Disposable {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, ms), run };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Timers that wait: zero at the end of a test that leaks none. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; undefined when none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : Math.max(0, next.dueMs - this.#nowMs);
  }

  /** Lets `ms` milliseconds pass: runs what comes due, in order, each at its own time. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (let timer = this.#next(); timer !== undefined && timer.dueMs <= endMs; timer = this.#next()) {
      this.#move(Math.max(0, timer.dueMs - this.#nowMs));
      this.#timers.delete(timer);
      timer.run();
      await this.settle();
    }
    this.#move(endMs - this.#nowMs);
  }

  /** Lets promises settle without any time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The machine slept: the wall clock went on, the monotonic clock and the timers stood still. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** The event loop was blocked, or a sleeping machine's monotonic clock went on: time passed and no timer ran. */
  stall(ms: number): void {
    this.#move(ms);
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    return next;
  }

  #move(ms: number): void {
    this.#nowMs += ms;
    this.#wallMs += ms;
  }
}
