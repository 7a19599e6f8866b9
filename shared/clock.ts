import { type Disposable, toDisposable } from './disposable.ts';

/** The only source of time. Tests replace it with `test/support/fake-clock.ts`. */
export interface Clock {
  /** Monotonic milliseconds; the origin has no meaning. */
  now(): number;
  /** Wall-clock milliseconds since the Unix epoch: for ages on disk and for noticing a resume from sleep. */
  wallMs(): number;
  /** Runs once after `ms` milliseconds. Never keeps a process alive. */
  after(ms: number, run: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref?.();
    return toDisposable(() => clearTimeout(timer));
  },
};
