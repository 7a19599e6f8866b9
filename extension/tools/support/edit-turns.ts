import { HoldfastError, toErrorInfo } from '../../../shared/errors.ts';

/** Lets others have their turn while somebody is waited for. */
type Pause = <R>(wait: () => Promise<R>) => Promise<R>;

/**
 * Calls that change buffers take turns in a window. Agents send several at once, also for one file: without turns each
 * would change what the other has just planned, and a save would meet the next edit.
 */
export class EditTurns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs `work` when all earlier turns are over.
   *
   * @throws HoldfastError with the code of the signal's reason when that fires first; `work` was not run then
   */
  async take<T>(signal: AbortSignal, work: (pause: Pause) => Promise<T>): Promise<T> {
    let end = await this.#begin(signal);
    try {
      return await work(async (wait) => {
        end();
        try {
          return await wait();
        } finally {
          end = await this.#begin(signal);
        }
      });
    } finally {
      end();
    }
  }

  async #begin(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    let end = (): void => {};
    const own = new Promise<void>((resolve) => (end = resolve));
    this.#last = before.then(() => own);
    if (await isOverFirst(before, signal)) return end;
    end();
    throw new HoldfastError(
      toErrorInfo(signal.reason).code,
      'The call ended while it waited for another edit in this window; nothing was changed.',
      { hint: 'Call it again.', retryable: true },
    );
  }
}

async function isOverFirst(before: Promise<void>, signal: AbortSignal): Promise<boolean> {
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await Promise.race([before, stopped]);
  signal.removeEventListener('abort', stop);
  return !signal.aborted;
}
