/** From `old → new` pairs to exact replacements in one text. */
import { HoldfastError } from '../../../shared/errors.ts';
import { lineAt, splitLines, withEol } from './text-lines.ts';

export interface TextEdit {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean | undefined;
}

/** A stretch [start, end) of the original text and what stands there afterwards. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface EditPlan {
  /** In order, not overlapping. */
  readonly replacements: readonly Replacement[];
  readonly text: string;
}

/** So many places are listed when a text occurs too often or not at all. */
const maxListed = 10;
const maxLineChars = 160;

/**
 * Plans the edits of one file. Every `old` is sought in the text as it is before the call.
 *
 * @param eol the buffer's line end: `old` and `new` may use any, the buffer keeps its own
 * @throws HoldfastError `no_match`, `multiple_matches`, `overlapping_edits`, `invalid_input` when nothing would change
 */
export function planEdits(path: string, text: string, eol: '\n' | '\r\n', edits: readonly TextEdit[]): EditPlan {
  const found = edits.flatMap((edit, index) => {
    const old = withEol(edit.old, eol);
    const replacement = withEol(edit.new, eol);
    const starts = occurrences(text, old);
    if (starts.length === 0) throw noMatch(path, text, old, index);
    if (starts.length > 1 && edit.all !== true) throw multipleMatches(path, text, starts, index);
    return starts.map((start) => ({ start, end: start + old.length, text: replacement, index }));
  });
  const replacements = found.toSorted((a, b) => a.start - b.start || a.end - b.end);
  replacements.forEach((replacement, at) => {
    const before = replacements[at - 1];
    if (before !== undefined && before.end > replacement.start) {
      throw new HoldfastError(
        'overlapping_edits',
        `Edits ${before.index + 1} and ${replacement.index + 1} of ${path} overlap at line ${lineAt(text, replacement.start)}.`,
        {
          hint: 'Join overlapping edits into one; all edits match the text as it is before the call.',
        },
      );
    }
  });
  const planned = applyReplacements(text, replacements);
  if (planned === text) {
    throw new HoldfastError('invalid_input', `The edits of ${path} change nothing: old and new are the same text.`, {
      hint: 'Give a different new text.',
    });
  }
  return { replacements: replacements.map(({ index: _, ...replacement }) => replacement), text: planned };
}

function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, text: replacement } of replacements) {
    out += text.slice(at, start) + replacement;
    at = end;
  }
  return out + text.slice(at);
}

/** Offsets of every occurrence, none overlapping another. An `old` that starts between \r and \n would tear a line end. */
function occurrences(text: string, old: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(old); at !== -1; at = text.indexOf(old, at + old.length)) starts.push(at);
  return starts;
}

const shorten = (line: string) => (line.length > maxLineChars ? `${line.slice(0, maxLineChars)}…` : line);

function multipleMatches(path: string, text: string, starts: readonly number[], index: number): HoldfastError {
  const lines = splitLines(text);
  const listed = starts.slice(0, maxListed).map((start) => {
    const line = lineAt(text, start);
    return `  ${line}: ${shorten(lines[line - 1] ?? '')}`;
  });
  const more = starts.length > maxListed ? [`  … ${starts.length - maxListed} more`] : [];
  return new HoldfastError(
    'multiple_matches',
    [`The old text of edit ${index + 1} occurs ${starts.length} times in ${path}, at lines:`, ...listed, ...more].join(
      '\n',
    ),
    {
      hint: 'Lengthen old with neighbouring lines until it is unique, or set all: true.',
    },
  );
}

function noMatch(path: string, text: string, old: string, index: number): HoldfastError {
  const near = nearestLines(text, old).map(({ line, text: shown }) => `  ${line}: ${shorten(shown)}`);
  const shown = near.length === 0 ? [] : ['Nearest lines:', ...near];
  return new HoldfastError(
    'no_match',
    [`The old text of edit ${index + 1} does not occur in ${path}.`, ...shown].join('\n'),
    {
      hint: 'Read the buffer again and copy old exactly, white space included.',
    },
  );
}

/** Lines that resemble the first telling line of `old`, best first, at most 3. */
export function nearestLines(text: string, old: string): { readonly line: number; readonly text: string }[] {
  const wanted = splitLines(old)
    .map((line) => line.trim())
    .find((line) => line !== '');
  if (wanted === undefined) return [];
  const grams = pairs(wanted);
  return splitLines(text)
    .map((line, index) => ({ line: index + 1, text: line, score: similarity(grams, line.trim()) }))
    .filter(({ score }) => score >= 0.4)
    .toSorted((a, b) => b.score - a.score || a.line - b.line)
    .slice(0, 3)
    .map(({ line, text: shown }) => ({ line, text: shown }));
}

function pairs(text: string): ReadonlyMap<string, number> {
  const lower = text.slice(0, 400).toLowerCase();
  const found = new Map<string, number>();
  for (let at = 0; at < lower.length - 1; at += 1) {
    const pair = lower.slice(at, at + 2);
    found.set(pair, (found.get(pair) ?? 0) + 1);
  }
  return found;
}

/** Dice coefficient of the letter pairs, 0 to 1. */
function similarity(wanted: ReadonlyMap<string, number>, line: string): number {
  const other = pairs(line);
  const size = (of: ReadonlyMap<string, number>) => [...of.values()].reduce((sum, n) => sum + n, 0);
  const total = size(wanted) + size(other);
  if (total === 0) return 0;
  let shared = 0;
  for (const [pair, n] of wanted) shared += Math.min(n, other.get(pair) ?? 0);
  return (2 * shared) / total;
}
