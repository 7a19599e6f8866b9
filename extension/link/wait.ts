import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';

export interface WaitDeps {
  readonly clock: Clock;
  readonly delayMs: number;
  /** Called once: when the time is over, or early when the machine slept meanwhile. */
  readonly over: (why: 'time' | 'resume') => void;
}

/**
 * Waits in slices, because neither clock alone shows that a machine slept: a timer that fires far too late, or a wall
 * clock that ran ahead of the monotonic one, means a resume.
 */
export function startWait({ clock, delayMs, over }: WaitDeps): Disposable {
  const store = new DisposableStore();
  const untilMs = clock.now() + delayMs;
  let slice: Disposable | undefined;
  const next = () => {
    const fromMs = clock.now();
    const fromWallMs = clock.wallMs();
    const sliceMs = Math.min(limits.resumeCheckMs, Math.max(0, untilMs - fromMs));
    if (slice !== undefined) store.delete(slice);
    slice = store.add(
      clock.after(sliceMs, () => {
        const passedMs = clock.now() - fromMs;
        const sleptMs = Math.max(passedMs - sliceMs, clock.wallMs() - fromWallMs - passedMs);
        if (sleptMs > limits.resumeGapMs) over('resume');
        else if (clock.now() >= untilMs) over('time');
        else next();
      }),
    );
  };
  next();
  return store;
}
