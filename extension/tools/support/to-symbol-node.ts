import type * as vscode from 'vscode';
import { symbolKinds } from '../../../shared/tools/symbol-fields.ts';
import { comparePositions, type Position, type SymbolNode } from './symbol-tree.ts';

export function kindName(kind: vscode.SymbolKind): string {
  return symbolKinds[kind] ?? 'symbol';
}

export function toPosition({ line, character }: vscode.Position): Position {
  return { line: line + 1, column: character + 1 };
}

/** Symbols of VS Code's API as a tree, in the order of the file; servers have an order of their own. */
export function toSymbolNodes(symbols: readonly vscode.DocumentSymbol[]): SymbolNode[] {
  return symbols
    .map(({ name, detail, kind, range, selectionRange, children }) => ({
      name,
      kind: kindName(kind),
      detail,
      start: toPosition(range.start),
      end: toPosition(range.end),
      at: toPosition(selectionRange.start),
      atEnd: toPosition(selectionRange.end),
      children: toSymbolNodes(children),
    }))
    .toSorted((a, b) => comparePositions(a.start, b.start) || comparePositions(b.end, a.end));
}
