/** Which lines differ between two texts, and how to show it. */
import { diffArrays } from 'diff';
import { limits } from '../../../shared/limits.ts';
import { type Lines, splitLines } from './text-lines.ts';

/** Old lines [oldStart, oldEnd) became new lines [newStart, newEnd); indices from 0. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** The differing stretches, in order; common lines at both ends cost nothing. Very different texts are one stretch. */
export function diffLines(oldLines: readonly string[], newLines: readonly string[]): Hunk[] {
  let head = 0;
  while (head < oldLines.length && head < newLines.length && oldLines[head] === newLines[head]) head += 1;
  let tail = 0;
  const most = Math.min(oldLines.length, newLines.length) - head;
  while (tail < most && oldLines[oldLines.length - 1 - tail] === newLines[newLines.length - 1 - tail]) tail += 1;
  const middle = { oldStart: head, oldEnd: oldLines.length - tail, newStart: head, newEnd: newLines.length - tail };
  if (middle.oldStart === middle.oldEnd && middle.newStart === middle.newEnd) return [];
  const parts = diffArrays(oldLines.slice(head, middle.oldEnd), newLines.slice(head, middle.newEnd), {
    maxEditLength: limits.diffMaxEdits,
  });
  if (parts === undefined) return [middle];
  const hunks: Hunk[] = [];
  let [old, fresh] = [head, head];
  let [oldStart, newStart] = [old, fresh];
  const close = () => {
    if (old > oldStart || fresh > newStart) hunks.push({ oldStart, oldEnd: old, newStart, newEnd: fresh });
  };
  for (const { added, removed, count } of parts) {
    if (removed) old += count;
    else if (added) fresh += count;
    else {
      close();
      [old, fresh] = [old + count, fresh + count];
      [oldStart, newStart] = [old, fresh];
    }
  }
  close();
  return hunks;
}

/** The lines of the new text that differ, from 1. A pure deletion is named by the line that now stands there. */
export function changedLines(oldText: string, newText: string): Lines[] {
  const newLines = splitLines(newText);
  return diffLines(splitLines(oldText), newLines).map(({ newStart, newEnd }) => {
    const start_line = Math.min(newStart + 1, newLines.length);
    return { start_line, end_line: Math.max(start_line, newEnd) };
  });
}

/**
 * A unified diff body with 2 lines of context, '' when the texts have the same lines; cut at `maxChars`.
 *
 * @param wanted which stretches to show, with those that are near them; all when left out
 */
export function unifiedDiff(
  oldText: string,
  newText: string,
  maxChars: number,
  wanted: (hunk: Hunk) => boolean = () => true,
): string {
  const oldLines = splitLines(oldText);
  const newLines = splitLines(newText);
  const out: string[] = [];
  for (const hunk of joinNear(diffLines(oldLines, newLines))) {
    if (!hunk.some(wanted)) continue;
    const first = hunk[0];
    const last = hunk.at(-1);
    if (first === undefined || last === undefined) continue;
    const lead = Math.min(2, first.oldStart);
    const trail = Math.min(2, oldLines.length - last.oldEnd);
    const oldCount = last.oldEnd - first.oldStart + lead + trail;
    const newCount = last.newEnd - first.newStart + lead + trail;
    out.push(`@@ -${first.oldStart - lead + 1},${oldCount} +${first.newStart - lead + 1},${newCount} @@`);
    let at = first.oldStart - lead;
    for (const { oldStart, oldEnd, newStart, newEnd } of hunk) {
      out.push(...oldLines.slice(at, oldStart).map((line) => ` ${line}`));
      out.push(...oldLines.slice(oldStart, oldEnd).map((line) => `-${line}`));
      out.push(...newLines.slice(newStart, newEnd).map((line) => `+${line}`));
      at = oldEnd;
    }
    out.push(...oldLines.slice(at, at + trail).map((line) => ` ${line}`));
  }
  const whole = out.join('\n');
  return whole.length <= maxChars ? whole : `${whole.slice(0, maxChars)}\n… (diff cut)`;
}

/** Groups hunks whose context lines would touch. */
function joinNear(hunks: readonly Hunk[]): Hunk[][] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && hunk.oldStart - last.oldEnd <= 4) group.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}
