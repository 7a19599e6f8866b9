/** Carries replacements that were found in an older text over to the present one. */
import { diffLines, type Hunk } from './line-diff.ts';
import { lineStarts, pointAt, splitLines } from './text-lines.ts';

/** A stretch [start, end) of a text. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

export type Carried =
  | { readonly kind: 'carried'; readonly start: number; readonly end: number }
  /** What others changed touches the stretch. */
  | { readonly kind: 'collides'; readonly hunk: Hunk };

/**
 * Whole lines count: a stretch collides when any of its lines changed, or when something came in between two of them.
 * Changes right before or behind its lines do not touch it. Line ends are not compared, so turning them all does not
 * collide.
 *
 * @param stretches none empty
 */
export function carryOver(base: string, now: string, stretches: readonly Stretch[]): Carried[] {
  const hunks = diffLines(splitLines(base), splitLines(now));
  const starts = { base: lineStarts(base), now: lineStarts(now) };
  return stretches.map(({ start, end }) => {
    const from = pointAt(base, start, starts.base);
    const to = pointAt(base, end, starts.base);
    // What ends with a line end has its last character in the line before.
    const endsWithLine = to.character === 0 && to.line > from.line;
    const lastLine = endsWithLine ? to.line - 1 : to.line;
    const hunk = hunks.find((each) => touches(each, from.line, lastLine));
    if (hunk !== undefined) return { kind: 'collides', hunk };
    const moved = (line: number) => line + shiftAt(hunks, line);
    const at = (line: number) => starts.now[line] ?? now.length;
    return {
      kind: 'carried',
      start: at(moved(from.line)) + from.character,
      end: endsWithLine ? at(moved(lastLine) + 1) : at(moved(lastLine)) + to.character,
    };
  });
}

function touches({ oldStart, oldEnd }: Hunk, first: number, last: number): boolean {
  return oldStart === oldEnd ? oldStart > first && oldStart <= last : oldStart <= last && oldEnd > first;
}

/** How far a line that did not change has moved. */
function shiftAt(hunks: readonly Hunk[], line: number): number {
  const before = hunks.findLast(({ oldEnd }) => oldEnd <= line);
  return before === undefined ? 0 : before.newEnd - before.oldEnd;
}
