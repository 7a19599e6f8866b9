/** From what an agent calls a symbol to one position in one document. It never guesses. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import { closest } from '../../../shared/input-issues.ts';
import { limits } from '../../../shared/limits.ts';
import type { Locator } from '../../../shared/tools/symbol-fields.ts';
import { lineSource } from './document.ts';
import type { LanguageServers } from './language-servers.ts';
import { definitionsOf, keyOf } from './symbol-places.ts';
import { findByNamePath, flatten, type Position, type SymbolEntry, type SymbolNode } from './symbol-tree.ts';
import { findWord, holdsText, nameEnd, standsThere, type Word, wordsOf } from './symbol-words.ts';
import { checkPosition, splitLines } from './text-lines.ts';
import type { WaitDeps } from './wait.ts';

export interface LocatedSymbol {
  readonly name: string;
  readonly at: vscode.Position;
  /** The declaration that was named; undefined where the place is a use or a local name. */
  readonly entry: SymbolEntry | undefined;
}

interface LocateDeps extends WaitDeps {
  readonly servers: LanguageServers;
}

/**
 * @throws HoldfastError `invalid_input` (neither symbol nor line), `not_found` with the nearest names, `ambiguous_symbol`
 * with the candidates, `position_out_of_range`
 */
export async function locate(
  document: vscode.TextDocument,
  shown: string,
  locator: Locator,
  deps: LocateDeps,
  endMs: number,
): Promise<LocatedSymbol> {
  const { symbol, line, column } = locator;
  if ((symbol === undefined) === (line === undefined)) {
    throw new HoldfastError('invalid_input', 'A place is named by either symbol or line and column.', {
      hint: `Give symbol: "Class/method", or line and column, in ${shown}.`,
    });
  }
  const nodes = (await deps.servers.symbols(document, deps, endMs)) ?? [];
  if (symbol !== undefined) return locateByName(document, shown, { ...locator, symbol }, nodes, deps, endMs);
  return locateByPosition(document, shown, line ?? 1, column, nodes);
}

function locateByPosition(
  document: vscode.TextDocument,
  shown: string,
  line: number,
  column: number | undefined,
  nodes: readonly SymbolNode[],
): LocatedSymbol {
  checkPosition(lineSource(document, shown), line, column ?? 1);
  const lines = splitLines(document.getText());
  const here = flatten(nodes).filter(({ node }) => node.at.line === line && standsThere(node, lines));
  if (column === undefined) {
    const [only] = here;
    if (only !== undefined && here.length === 1) return ofEntry(only);
    const words = wordsOf(document.lineAt(line - 1).text, line);
    const [word] = words;
    if (word !== undefined && words.length === 1) return ofWord(word);
    throw ambiguous(`line ${line}`, shown, here.length > 0 ? here.map(placeOf) : words, document);
  }
  const at = new vscode.Position(line - 1, column - 1);
  const range = document.getWordRangeAtPosition(at);
  const entry = here.findLast(({ node }) => node.at.column <= column && column <= nameEnd(node, lines));
  if (range === undefined && entry === undefined) {
    const words = wordsOf(document.lineAt(line - 1).text, line).map((word) => `${word.column} ${word.text}`);
    throw new HoldfastError('not_found', `There is no name at ${shown}:${line}:${column}.`, {
      hint: words.length === 0 ? 'The line holds no name.' : `Columns with names on that line: ${words.join(', ')}.`,
    });
  }
  const name = entry?.node.name ?? document.getText(range);
  return { name, at, entry };
}

async function locateByName(
  document: vscode.TextDocument,
  shown: string,
  { symbol, near }: Locator & { readonly symbol: string },
  nodes: readonly SymbolNode[],
  deps: LocateDeps,
  endMs: number,
): Promise<LocatedSymbol> {
  const declared = findByNamePath(nodes, symbol);
  const chosen = near === undefined ? declared : byNearText(document, declared, near);
  const [entry] = chosen;
  if (entry !== undefined && chosen.length === 1) return ofEntry(entry);
  if (chosen.length > 1) throw ambiguous(symbol, shown, chosen.map(placeOf), document);
  return locateWord(document, shown, symbol, near, nodes, deps, endMs);
}

/** The declarations that hold the text; of several the ones whose own line does. */
function byNearText(document: vscode.TextDocument, entries: readonly SymbolEntry[], near: string): SymbolEntry[] {
  const text = ({ node: { start, end } }: SymbolEntry) =>
    document.getText(new vscode.Range(start.line - 1, 0, end.line - 1, Number.MAX_SAFE_INTEGER));
  const holding = entries.filter((entry) => holdsText(text(entry), near));
  if (holding.length < 2) return holding;
  const onLine = holding.filter(({ node }) => holdsText(document.lineAt(node.at.line - 1).text, near));
  return onLine.length > 0 ? onLine : holding;
}

/** A name that no outline lists. Several uses of one thing are one place: its definition decides. */
async function locateWord(
  document: vscode.TextDocument,
  shown: string,
  symbol: string,
  near: string | undefined,
  nodes: readonly SymbolNode[],
  deps: LocateDeps,
  endMs: number,
): Promise<LocatedSymbol> {
  const cut = symbol.lastIndexOf('/');
  const around = cut > 0 ? findByNamePath(nodes, symbol.slice(0, cut)) : [];
  const lines = splitLines(document.getText());
  const name = around.length > 0 ? symbol.slice(cut + 1) : symbol.replace(/^\//, '');
  const ranges = around.length > 0 ? around.map(({ node }) => node) : [undefined];
  const all = ranges.flatMap((node) => findWord(lines, name, node?.start.line, node?.end.line));
  const words = near === undefined ? all : all.filter(({ line }) => holdsText(lines[line - 1] ?? '', near));
  const [first] = words;
  if (first === undefined) throw notFound(symbol, shown, nodes, near !== undefined && all.length > 0);
  if (words.length === 1) return ofWord(first);
  const looked = words.slice(0, limits.symbolWordsMax);
  const defined: DefinedWord[] = [];
  for (const word of looked) {
    const places = await definitionsOf(document.uri, positionOf(word), deps, endMs);
    // Words in comments and texts mean nothing, and are no reason to ask.
    if (places.length > 0) defined.push({ word, places: new Set(places.map(keyOf)) });
  }
  const meant = onlyMeaning(defined);
  if (meant !== undefined && looked.length === words.length) return ofWord(meant);
  const candidates = defined.length === 0 ? looked : defined.map(({ word }) => word);
  throw ambiguous(symbol, shown, [...candidates, ...words.slice(looked.length)], document);
}

interface DefinedWord {
  readonly word: Word;
  readonly places: ReadonlySet<string>;
}

/**
 * The word that stands for all, when they are of one thing: `new Square()` means the class and its constructor, an import
 * only the class.
 */
function onlyMeaning(defined: readonly DefinedWord[]): Word | undefined {
  const [first, ...others] = defined.toSorted((a, b) => a.places.size - b.places.size);
  if (first === undefined) return undefined;
  const known = new Set(first.places);
  for (let rest = others; rest.length > 0; ) {
    const related = rest.filter(({ places }) => [...places].some((place) => known.has(place)));
    if (related.length === 0) return undefined;
    for (const { places } of related) for (const place of places) known.add(place);
    rest = rest.filter((each) => !related.includes(each));
  }
  return first.word;
}

const positionOf = ({ line, column }: Position) => new vscode.Position(line - 1, column - 1);
const placeOf = ({ node, namePath }: SymbolEntry) => ({ ...node.at, text: `${node.kind} ${namePath}` });

function ofWord(word: Position & { readonly text: string }): LocatedSymbol {
  return { name: word.text, at: positionOf(word), entry: undefined };
}

function ofEntry(entry: SymbolEntry): LocatedSymbol {
  return { name: entry.node.name, at: positionOf(entry.node.at), entry };
}

function ambiguous(
  what: string,
  shown: string,
  places: readonly (Position & { readonly text: string })[],
  document: vscode.TextDocument,
): HoldfastError {
  const listed = places.slice(0, limits.symbolWordsMax).map(({ line, column, text }) => {
    const lineText = document.lineAt(line - 1).text.trim();
    return `  ${line}:${column} ${text}  ${lineText.slice(0, limits.symbolLineMaxChars)}`;
  });
  const more = places.length > listed.length ? [`  … ${places.length - listed.length} more`] : [];
  return new HoldfastError(
    'ambiguous_symbol',
    [
      `${what} could be ${places.length === 0 ? 'nothing' : `${places.length} things`} in ${shown}:`,
      ...listed,
      ...more,
    ].join('\n'),
    { hint: 'Call again with line and column of the one that is meant, or with near: text beside it.' },
  );
}

function notFound(symbol: string, shown: string, nodes: readonly SymbolNode[], elsewhere: boolean): HoldfastError {
  const names = flatten(nodes).map(({ namePath }) => namePath);
  const last = symbol.slice(symbol.lastIndexOf('/') + 1);
  const near = closest(
    last,
    flatten(nodes).map(({ node }) => node.name),
  );
  const meant = near === undefined ? undefined : names.find((name) => name === near || name.endsWith(`/${near}`));
  return new HoldfastError(
    'not_found',
    `There is no ${symbol} in ${shown}${elsewhere ? ' beside the text in `near`' : ''}.`,
    {
      hint: meant === undefined ? 'outline lists the symbols of a file.' : `Did you mean ${meant}? outline lists all.`,
    },
  );
}
