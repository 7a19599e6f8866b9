/** Names in plain text, for what no language server lists: local variables, parameters, uses. */
import type { Position } from './symbol-tree.ts';

export interface Word extends Position {
  readonly text: string;
}

const identifier = /[\p{L}\p{N}_$]+(?:-[\p{L}\p{N}_$]+)*/gu;

/** Where `name` stands as a whole word, in lines `from` to `to` (from 1, both included). */
export function findWord(lines: readonly string[], name: string, from = 1, to = lines.length): Word[] {
  // A name with a hyphen (CSS) ends where its hyphenated word ends; elsewhere a hyphen is a minus.
  const inner = name.includes('-') ? String.raw`[\p{L}\p{N}_$-]` : String.raw`[\p{L}\p{N}_$]`;
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  const pattern = new RegExp(`(?<!${inner})${escaped}(?!${inner})`, 'gu');
  return lines
    .slice(from - 1, to)
    .flatMap((line, at) =>
      [...line.matchAll(pattern)].map(({ index }) => ({ text: name, line: from + at, column: index + 1 })),
    );
}

/** The words of a line, with their columns. */
export function wordsOf(text: string, line: number): Word[] {
  return [...text.matchAll(identifier)].map(({ 0: word, index }) => ({ text: word, line, column: index + 1 }));
}

/** Same words, whatever the white space between them. */
export function holdsText(text: string, sought: string): boolean {
  const plain = (any: string) => any.replaceAll(/\s+/g, ' ').trim();
  return plain(text).includes(plain(sought));
}
