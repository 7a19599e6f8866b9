/** The symbols of one file as a tree, without `vscode`; lines and columns are 1-based. */

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SymbolNode {
  readonly name: string;
  /** Of `symbolKinds`. */
  readonly kind: string;
  readonly detail: string;
  /** The whole: first position, and the one after the last. */
  readonly start: Position;
  readonly end: Position;
  /** The name: first position, and the one after the last. */
  readonly at: Position;
  readonly atEnd: Position;
  readonly children: readonly SymbolNode[];
}

/** A symbol with the way to it. */
export interface SymbolEntry {
  readonly node: SymbolNode;
  /** From the top level down to its own. */
  readonly names: readonly string[];
  /** The names, joined by `/`. */
  readonly namePath: string;
  /** 1: top level. */
  readonly depth: number;
}

/** Every symbol, in the order of the file, each before those inside it. */
export function flatten(nodes: readonly SymbolNode[], above: readonly string[] = []): SymbolEntry[] {
  return nodes.flatMap((node) => {
    const names = [...above, node.name];
    return [{ node, names, namePath: names.join('/'), depth: names.length }, ...flatten(node.children, names)];
  });
}

export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

function contains({ start, end }: Pick<SymbolNode, 'start' | 'end'>, position: Position): boolean {
  return comparePositions(start, position) <= 0 && comparePositions(position, end) <= 0;
}

/** The innermost symbol around a position. */
export function enclosing(entries: readonly SymbolEntry[], position: Position): SymbolEntry | undefined {
  return entries.findLast(({ node }) => contains(node, position));
}

/**
 * A name as people say it: servers decorate names with parameters (`area()`, `area(int) : void`) and headings with
 * their marks (`## Usage`).
 */
export function plainName(name: string): string {
  const undecorated = name.replace(/^#{1,6}\s+/, '');
  const bracket = undecorated.indexOf('(');
  return bracket > 0 && /^[\w$~.]+$/.test(undecorated.slice(0, bracket)) ? undecorated.slice(0, bracket) : undecorated;
}

/** Whether `wanted` is this name path or its end; names may themselves hold a `/`. */
function isTail(namePath: string, wanted: string): boolean {
  return namePath === wanted || namePath.endsWith(`/${wanted}`);
}

/**
 * The symbols that a name path means: as written, else without the decoration of servers.
 *
 * @param wanted `area`, `Shape/area`; a leading `/` begins at the top level
 */
export function findByNamePath(nodes: readonly SymbolNode[], wanted: string): SymbolEntry[] {
  const anchored = wanted.startsWith('/');
  const tail = anchored ? wanted.slice(1) : wanted;
  const fits = (namePath: string, sought: string) => (anchored ? namePath === sought : isTail(namePath, sought));
  const entries = flatten(nodes);
  const exact = entries.filter(({ namePath }) => fits(namePath, tail));
  if (exact.length > 0) return exact;
  const plain = tail.split('/').map(plainName).join('/');
  return entries.filter(({ names }) => fits(names.map(plainName).join('/'), plain));
}
