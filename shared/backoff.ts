import { limits } from './limits.ts';

/**
 * The wait before a reconnect attempt, in milliseconds: 1, 2, 4, 8, 16, 30, 60, 60 … s, times a random 0.8-1.0 so that
 * many windows which lost one bridge do not come back in step.
 *
 * @param failures attempts that have failed in a row, from 1
 * @param random a number in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const steps = limits.reconnectStepsMs;
  const step = steps[Math.min(Math.max(failures, 1), steps.length) - 1] ?? 60_000;
  return Math.round(step * (0.8 + 0.2 * random));
}

/** Whether the log shows this attempt: 1-5, then every tenth. */
export function logsAttempt(attempt: number): boolean {
  return attempt <= 5 || attempt % 10 === 0;
}
