/** Turns of phrase that the texts for models share. */
import type { Freshness } from './common.ts';

/** `1 error`, `2 errors`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** ` (a, b)`, or nothing when there is nothing to say. */
export function marks(...parts: readonly (string | false | undefined)[]): string {
  const said = parts.filter((part) => typeof part === 'string' && part !== '');
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

/** A warning in words when an answer may be stale or partial, else nothing. */
export function caveat({ diskInSync, complete, reason }: Freshness): string | undefined {
  if (diskInSync && complete) return undefined;
  return reason ?? (diskInSync ? 'incomplete' : 'buffer and disk differ');
}
