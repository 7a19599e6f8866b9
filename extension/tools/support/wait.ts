/** Waiting inside a handler: bounded by the clock and ended by the call's signal. */
import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';

export interface WaitDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits until `subscribe`'s callback runs or `ms` milliseconds have passed.
 *
 * @returns whether the callback ran
 * @throws the signal's reason when it fires first
 */
export async function waitFor(
  { clock, signal }: WaitDeps,
  ms: number,
  subscribe: (wake: () => void) => Disposable,
): Promise<boolean> {
  signal.throwIfAborted();
  const held: Disposable[] = [];
  try {
    return await new Promise<boolean>((resolve) => {
      const onAbort = () => resolve(false);
      signal.addEventListener('abort', onAbort, { once: true });
      held.push({ dispose: () => signal.removeEventListener('abort', onAbort) });
      held.push(clock.after(Math.max(0, ms), () => resolve(false)));
      held.push(subscribe(() => resolve(true)));
    });
  } finally {
    for (const item of held) item.dispose();
    signal.throwIfAborted();
  }
}

/** The promise's value, or undefined when it took longer than `ms` milliseconds. */
export async function within<T>(deps: WaitDeps, ms: number, promise: PromiseLike<T>): Promise<T | undefined> {
  const box: { value?: T; error?: unknown; failed?: boolean } = {};
  const inTime = await waitFor(deps, ms, (wake) => {
    promise.then(
      (value) => {
        box.value = value;
        wake();
      },
      (error: unknown) => {
        box.error = error;
        box.failed = true;
        wake();
      },
    );
    return { dispose: () => {} };
  });
  if (inTime && box.failed === true) throw box.error;
  return inTime ? box.value : undefined;
}
