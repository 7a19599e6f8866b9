/** Orders the versions of releases, so that a newer extension knows an older bridge. */

interface Release {
  readonly numbers: readonly number[];
  /** Parts of a preview's name; none for a finished version. */
  readonly preview: readonly string[];
}

function parseRelease(text: string): Release | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, preview] = match;
  return { numbers: [major, minor, patch].map(Number), preview: preview?.split('.') ?? [] };
}

/** Whether the text names a release, as folders of installed bridges do. */
export function isRelease(text: string): boolean {
  return parseRelease(text) !== undefined;
}

/** Semantic Versioning 2.0.0, section 11. What names no release comes first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseRelease(a), parseRelease(b)];
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePreviews(left.preview, right.preview);
}

/**
 * Whether a bridge of version `running` should give way to one of `candidate`. A run from the sources (`0.0.0-…`) neither
 * replaces nor is replaced: whoever started it means it.
 */
export function replaces(candidate: string, running: string): boolean {
  const comparable = [candidate, running].every((text) => isRelease(text) && !text.startsWith('0.0.0-'));
  return comparable && compareVersions(candidate, running) > 0;
}

function comparePreviews(a: readonly string[], b: readonly string[]): number {
  // Of one number, the finished version is newer than its previews.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const difference = compareIdentifiers(left, right);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Numbers by value and before words, words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => (/^\d+$/.test(text) ? Number(text) : undefined));
  if (left !== undefined && right !== undefined) return left - right;
  if (left !== undefined || right !== undefined) return left === undefined ? 1 : -1;
  return a === b ? 0 : a < b ? -1 : 1;
}
