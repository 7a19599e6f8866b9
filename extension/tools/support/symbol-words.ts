/** Names in plain text, for what no language server lists: local variables, parameters, uses. */
import { type Position, plainName, type SymbolNode } from './symbol-tree.ts';

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

/** Whether a symbol's own name stands where its server says; callbacks and headings of other files have none there. */
export function standsThere({ name, at }: SymbolNode, lines: readonly string[]): boolean {
  const text = (lines[at.line - 1] ?? '').slice(at.column - 1);
  return text.startsWith(plainName(name)) || text.startsWith(name);
}

/**
 * The column after a symbol's own name, where it stands there. Servers may give the whole declaration as the place of its
 * name: TypeScript does of constructors, whose parameters have names of their own.
 */
export function nameEnd({ name, at }: SymbolNode, lines: readonly string[]): number {
  const text = (lines[at.line - 1] ?? '').slice(at.column - 1);
  return at.column + (text.startsWith(name) ? name : plainName(name)).length;
}

/** So far a name may stand behind the beginning of its declaration: modifiers and decorators come before it. */
const nameWithinLines = 20;

/** The same symbols, each at its name: some servers give only the beginning of the declaration. */
export function atTheirNames(nodes: readonly SymbolNode[], lines: readonly string[]): SymbolNode[] {
  return nodes.map((node) => {
    const children = atTheirNames(node.children, lines);
    if (standsThere(node, lines)) return { ...node, children };
    const { line, column } = node.at;
    const name = plainName(node.name);
    const last = Math.min(node.end.line, line + nameWithinLines);
    const found = findWord(lines, name, line, last).find((each) => each.line > line || each.column >= column);
    if (found === undefined || found.line > firstLineOf(children)) return { ...node, children };
    const at = { line: found.line, column: found.column };
    return { ...node, at, atEnd: { ...at, column: at.column + name.length }, children };
  });
}

/** Behind its first member a symbol's name is only mentioned. */
function firstLineOf(children: readonly SymbolNode[]): number {
  return Math.min(...children.map(({ start }) => start.line));
}

/** Same words, whatever the white space between them. */
export function holdsText(text: string, sought: string): boolean {
  const plain = (any: string) => any.replaceAll(/\s+/g, ' ').trim();
  return plain(text).includes(plain(sought));
}
