import { type Lines, lineStarts, pointAt } from './text-lines.ts';
import type { EditPlan } from './text-match.ts';

/** The lines of the new text that hold what a plan put there, neighbours joined. */
export function replacedLines({ replacements, text }: EditPlan): Lines[] {
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => pointAt(text, offset, starts).line + 1;
  const out: Lines[] = [];
  let shift = 0;
  for (const { start, end, text: replacement } of replacements) {
    const from = start + shift;
    shift += replacement.length - (end - start);
    // A replacement that ends in a line end does not reach into the line behind it.
    const to = from + replacement.replace(/\r?\n$/, '').length;
    const lines = { start_line: lineOf(from), end_line: lineOf(to) };
    const last = out.at(-1);
    if (last !== undefined && lines.start_line <= last.end_line + 1)
      out[out.length - 1] = { start_line: last.start_line, end_line: Math.max(last.end_line, lines.end_line) };
    else out.push(lines);
  }
  return out;
}
