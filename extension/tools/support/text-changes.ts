/** From ranges in a text to exact replacements, and to the lines that they change. */
import { diffLines } from './line-diff.ts';
import { lineStarts, type Point, pointAt, splitLines, withEol } from './text-lines.ts';
import type { EditPlan } from './text-match.ts';

export interface TextChange {
  readonly start: Point;
  readonly end: Point;
  readonly text: string;
}

/**
 * The changes as replacements in their order; undefined when they do not fit the text: a place that is not there, or two
 * that overlap.
 */
export function planChanges(text: string, changes: readonly TextChange[]): EditPlan | undefined {
  const starts = lineStarts(text);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const replacements: { start: number; end: number; text: string }[] = [];
  for (const change of changes) {
    const start = offsetOf(text, starts, change.start);
    const end = offsetOf(text, starts, change.end);
    if (start === undefined || end === undefined || end < start) return undefined;
    replacements.push({ start, end, text: withEol(change.text, eol) });
  }
  // Several insertions at one place stay in the order in which they were given.
  replacements.sort((a, b) => a.start - b.start || a.end - b.end);
  let planned = '';
  let at = 0;
  for (const { start, end, text: replacement } of replacements) {
    if (start < at) return undefined;
    planned += text.slice(at, start) + replacement;
    at = end;
  }
  return { replacements, text: planned + text.slice(at) };
}

/**
 * A position at the start of the line behind the last one means the end: servers delete last lines so. So does one that
 * counts the last line end among the characters of its line: TypeScript's server writes the end of an open text so,
 * unless it had read the file before it was opened.
 */
function offsetOf(text: string, starts: readonly number[], { line, character }: Point): number | undefined {
  const start = starts[line];
  if (start === undefined) return line === starts.length && character === 0 ? text.length : undefined;
  const next = starts[line + 1];
  const end = next === undefined ? text.length : next - (text.slice(next - 2, next) === '\r\n' ? 2 : 1);
  if (start + character === text.length) return text.length;
  return start + character <= end ? start + character : undefined;
}

/** One text in the place of another: only the lines that differ are replaced, so that cursors elsewhere stay. */
export function planWhole(before: string, after: string): EditPlan {
  const [old, fresh] = [linesWithEnds(before), linesWithEnds(after)];
  const replacements = diffLines(old.lines, fresh.lines).map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    start: old.at(oldStart),
    end: old.at(oldEnd),
    text: after.slice(fresh.at(newStart), fresh.at(newEnd)),
  }));
  return { replacements, text: after };
}

function linesWithEnds(text: string) {
  const starts = lineStarts(text);
  const at = (line: number): number => starts[line] ?? text.length;
  return { lines: starts.map((start, line) => text.slice(start, at(line + 1))), at };
}

/** What a plan changes, line by line: `@@ line`, then the old lines with `-` and the new ones with `+`. */
export function changedLinesDiff(before: string, { replacements }: EditPlan): string {
  const starts = lineStarts(before);
  const hunks: { first: number; last: number; parts: EditPlan['replacements'][number][] }[] = [];
  for (const replacement of replacements) {
    const first = pointAt(before, replacement.start, starts).line;
    const last = pointAt(before, replacement.end, starts).line;
    const hunk = hunks.at(-1);
    if (hunk !== undefined && first <= hunk.last) {
      hunk.last = Math.max(hunk.last, last);
      hunk.parts.push(replacement);
    } else hunks.push({ first, last, parts: [replacement] });
  }
  return hunks
    .map(({ first, last, parts }) => {
      const from = starts[first] ?? 0;
      const to = starts[last + 1] ?? before.length;
      let after = '';
      let at = from;
      for (const { start, end, text } of parts) {
        after += before.slice(at, start) + text;
        at = end;
      }
      after += before.slice(at, to);
      const lines = (text: string) => splitLines(text.replace(/\r?\n$/, ''));
      const old = from === to ? [] : lines(before.slice(from, to));
      return [
        `@@ ${first + 1}`,
        ...old.map((line) => `-${line}`),
        ...(after === '' ? [] : lines(after).map((line) => `+${line}`)),
      ].join('\n');
    })
    .join('\n');
}
