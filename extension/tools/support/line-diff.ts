/** Which lines differ between two texts, and how to show it. */
import { type Lines, splitLines } from './text-lines.ts';

/** Old lines [oldStart, oldEnd) became new lines [newStart, newEnd); indices from 0. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Beyond this many cells the middle is reported as one hunk: right, only coarser. */
const maxCells = 4_000_000;

/** The differing stretches, in order; common lines at both ends cost nothing. */
export function diffLines(oldLines: readonly string[], newLines: readonly string[]): Hunk[] {
  let head = 0;
  while (head < oldLines.length && head < newLines.length && oldLines[head] === newLines[head]) head += 1;
  let tail = 0;
  const most = Math.min(oldLines.length, newLines.length) - head;
  while (tail < most && oldLines[oldLines.length - 1 - tail] === newLines[newLines.length - 1 - tail]) tail += 1;
  const middle = { oldStart: head, oldEnd: oldLines.length - tail, newStart: head, newEnd: newLines.length - tail };
  const rows = middle.oldEnd - middle.oldStart;
  const columns = middle.newEnd - middle.newStart;
  if (rows === 0 && columns === 0) return [];
  if (rows === 0 || columns === 0 || rows * columns > maxCells) return [middle];
  return commonSubsequenceHunks(oldLines, newLines, middle);
}

function commonSubsequenceHunks(oldLines: readonly string[], newLines: readonly string[], middle: Hunk): Hunk[] {
  const rows = middle.oldEnd - middle.oldStart;
  const columns = middle.newEnd - middle.newStart;
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const cell = (row: number, column: number) => lengths[row * width + column] ?? 0;
  const same = (row: number, column: number) => oldLines[middle.oldStart + row] === newLines[middle.newStart + column];
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      lengths[row * width + column] = same(row, column)
        ? cell(row + 1, column + 1) + 1
        : Math.max(cell(row + 1, column), cell(row, column + 1));
    }
  }
  const hunks: Hunk[] = [];
  let row = 0;
  let column = 0;
  while (row < rows || column < columns) {
    if (row < rows && column < columns && same(row, column)) {
      row += 1;
      column += 1;
      continue;
    }
    const [fromRow, fromColumn] = [row, column];
    while ((row < rows || column < columns) && !(row < rows && column < columns && same(row, column))) {
      if (column >= columns || (row < rows && cell(row + 1, column) >= cell(row, column + 1))) row += 1;
      else column += 1;
    }
    hunks.push({
      oldStart: middle.oldStart + fromRow,
      oldEnd: middle.oldStart + row,
      newStart: middle.newStart + fromColumn,
      newEnd: middle.newStart + column,
    });
  }
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

/** A unified diff body with 2 lines of context, '' when the texts have the same lines; cut at `maxChars`. */
export function unifiedDiff(oldText: string, newText: string, maxChars: number): string {
  const oldLines = splitLines(oldText);
  const newLines = splitLines(newText);
  const out: string[] = [];
  for (const hunk of joinNear(diffLines(oldLines, newLines))) {
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
