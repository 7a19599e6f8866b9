import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;

/** Polls until `probe` gives something truthy and returns it; throws with the last seen text when `ms` have passed. */
export async function until<T>(
  what: string,
  ms: number,
  probe: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  seen?: () => unknown,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) {
      const last = seen === undefined ? '' : `; last seen: ${JSON.stringify(await seen())}`;
      throw new Error(`not within ${ms} ms: ${what}${last}`);
    }
    await sleep(pollMs);
  }
}

/** Rejects when `work` has not settled within `ms`. */
export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`not within ${ms} ms: ${what}`);
  });
  // The abort below makes the losing timer reject; nobody listens to it any more.
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
