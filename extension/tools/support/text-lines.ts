/** Lines and columns as agents count them: 1-based, columns in UTF-16 units, a line without its end. */
import { HoldfastError } from '../../../shared/errors.ts';

export interface Lines {
  readonly start_line: number;
  readonly end_line: number;
}

/** The text's lines without their ends. A text that ends in a line end has an empty last line, as editors show it. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The same text with every line end as `eol`. */
export function withEol(text: string, eol: '\n' | '\r\n'): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}

/** VS Code gives a file of mixed line ends only one kind when it loads it. */
export function sameLines(a: string, b: string): boolean {
  return withEol(a, '\n') === withEol(b, '\n');
}

/** A mark of the encoding that may lead a file; documents do not count it to their text. */
export const byteOrderMark = '\ufeff';

export function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

/** The line, from 1, that holds the offset of a text whose lines end in \n or \r\n. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** Line and character from 0, as VS Code counts. */
export interface Point {
  readonly line: number;
  readonly character: number;
}

/** The offset at which each line begins. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}

/** The position of an offset, as VS Code counts. */
export function pointAt(text: string, offset: number, starts: readonly number[] = lineStarts(text)): Point {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: offset - (starts[low] ?? 0) };
}

/** What a position is checked against. */
export interface LineSource {
  readonly path: string;
  readonly lineCount: number;
  /** Length in UTF-16 units of a line, from 1. */
  lineLength(line: number): number;
}

/** Throws `position_out_of_range`, naming the real count, for a line past the end. */
export function checkLine({ path, lineCount }: LineSource, line: number): void {
  if (line <= lineCount) return;
  throw new HoldfastError(
    'position_out_of_range',
    `${path} has ${lineCount} ${lineCount === 1 ? 'line' : 'lines'}; there is no line ${line}.`,
    {
      hint: `Use a line from 1 to ${lineCount}.`,
    },
  );
}

/** Throws `position_out_of_range` for a line past the end or a column past the end of its line. */
export function checkPosition(source: LineSource, line: number, column: number): void {
  checkLine(source, line);
  const last = source.lineLength(line) + 1;
  if (column <= last) return;
  throw new HoldfastError(
    'position_out_of_range',
    `Line ${line} of ${source.path} ends at column ${last}; there is no column ${column}.`,
    {
      hint: `Use a column from 1 to ${last}.`,
    },
  );
}
