/** How well a symbol's name path fits what an agent is looking for. */
import { plainName } from './symbol-tree.ts';

/** 0: that name; 1: but for upper and lower case; 2: begins with it; 3: contains it; undefined: something else. */
export type MatchLevel = 0 | 1 | 2 | 3;

/** The part of a query that a single name can hold. */
export function lastName(query: string): string {
  return plainName(query.slice(query.lastIndexOf('/') + 1)) || query;
}

/** @param names from the top level down */
export function matchLevel(names: readonly string[], query: string): MatchLevel | undefined {
  const written = names.join('/');
  const wanted = query.replace(/^\//, '');
  // A name may itself hold a `/`, so the whole path is compared first.
  if (written === wanted || written.endsWith(`/${wanted}`)) return 0;
  const parts = wanted.split('/').map(plainName);
  const plain = names.map(plainName).slice(-parts.length);
  const name = plain.at(-1);
  const sought = parts.at(-1);
  if (name === undefined || sought === undefined || sought === '' || plain.length < parts.length) return undefined;
  const above = parts.slice(0, -1).every((part, at) => part.toLowerCase() === plain[at]?.toLowerCase());
  if (!above) return undefined;
  const sameCase = parts.every((part, at) => part === plain[at]);
  if (sameCase) return 0;
  const [low, lowSought] = [name.toLowerCase(), sought.toLowerCase()];
  if (low === lowSought) return 1;
  if (low.startsWith(lowSought)) return 2;
  return low.includes(lowSought) ? 3 : undefined;
}

interface Ranked {
  readonly level: MatchLevel;
  readonly path: string;
  readonly line: number;
}

/** Best first. Where a name fits whole, those that only contain it are left out. */
export function rank<T extends Ranked>(found: readonly T[]): T[] {
  const best = found.some(({ level }) => level <= 1) ? found.filter(({ level }) => level <= 1) : found;
  return best.toSorted((a, b) => a.level - b.level || a.path.localeCompare(b.path, 'en') || a.line - b.line);
}
