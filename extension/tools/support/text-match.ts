/** From `old → new` pairs to exact replacements in one text. */
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import { carryOver } from './carry-over.ts';
import { unifiedDiff } from './line-diff.ts';
import { lineAt, splitLines, withEol } from './text-lines.ts';
import { textSha } from './text-sha.ts';

export interface TextEdit {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean | undefined;
  /** The older text that the edit was made for; undefined: the present one. */
  readonly base?: string | undefined;
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
 * Plans the edits of one file. Every `old` is sought in the text as it is before the call, or in the edit's base and then
 * carried over to where it stands now.
 *
 * @param eol the buffer's line end: `old` and `new` may use any, the buffer keeps its own
 * @throws HoldfastError `no_match`, `multiple_matches`, `overlapping_edits`, `version_changed` when others changed the
 * lines of an edit since its base, `invalid_input` when nothing would change or an empty `old` has a text before it
 */
export function planEdits(path: string, text: string, eol: '\n' | '\r\n', edits: readonly TextEdit[]): EditPlan {
  const found = edits.flatMap((edit, index) => {
    refuseTornPairs(path, edit.new);
    const replacement = withEol(edit.new, eol);
    const places =
      edit.base === undefined ? findPlaces(path, text, eol, edit, index) : carried(path, text, edit, index);
    return places.map(({ start, end }) => ({ start, end, text: replacement, index }));
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

/** Half of a surrogate pair cannot be stored: what stands there afterwards would not be what was planned. */
export function refuseTornPairs(path: string, text: string): void {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw new HoldfastError('invalid_input', `The new text for ${path} holds half of a surrogate pair.`, {
    hint: 'Give whole characters.',
  });
}

/** VS Code opens a file with such a character as binary: neither the person nor a tool could read it. */
export function refuseBinary(path: string, text: string): void {
  if (!text.includes('\0')) return;
  throw new HoldfastError('invalid_input', `The new text for ${path} holds NUL, which makes it binary.`, {
    hint: 'Give text without NUL; write binary files with a tool of your own.',
  });
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function findPlaces(path: string, text: string, eol: '\n' | '\r\n', edit: TextEdit, index: number): Place[] {
  const old = withEol(edit.old, eol);
  if (old === '') {
    if (text === '') return [{ start: 0, end: 0 }];
    throw new HoldfastError('invalid_input', `The old text of edit ${index + 1} is empty, and ${path} is not.`, {
      hint: 'Give the text beside which the new one belongs as old, and both as new.',
    });
  }
  const starts = occurrences(text, old);
  if (starts.length === 0) throw noMatch(path, text, old, index);
  if (starts.length > 1 && edit.all !== true) throw multipleMatches(path, text, starts, index);
  return starts.map((start) => ({ start, end: start + old.length }));
}

/** Found in the base, then carried over to the present text. */
function carried(path: string, now: string, edit: TextEdit, index: number): Place[] {
  const { base = now } = edit;
  const places = carryOver(base, now, findPlaces(path, base, base.includes('\r\n') ? '\r\n' : '\n', edit, index));
  const collisions = places.filter((place) => place.kind === 'collides').map(({ hunk }) => hunk.oldStart);
  if (collisions.length === 0) return places.filter((place) => place.kind === 'carried');
  const diff = unifiedDiff(base, now, limits.answerChars / 2, ({ oldStart }) => collisions.includes(oldStart));
  throw new HoldfastError(
    'version_changed',
    `Others changed lines of ${path} that edit ${index + 1} replaces, since its base; nothing was changed. The text now has sha ${textSha(now)}. From the base to now, around it:\n${diff}`,
    {
      hint: 'Make the edit on the present text: give its sha, or read the buffer again.',
    },
  );
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

/** Offsets of every occurrence, none overlapping another; half of a character is none. */
function occurrences(text: string, old: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(old); at !== -1; ) {
    const whole = !tearsPair(text, at) && !tearsPair(text, at + old.length);
    if (whole) starts.push(at);
    at = text.indexOf(old, at + (whole ? old.length : 1));
  }
  return starts;
}

/** Whether an offset lies between the two units of one character. */
function tearsPair(text: string, offset: number): boolean {
  return offset > 0 && (text.codePointAt(offset - 1) ?? 0) > 0xffff;
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
