/** Cuts an outline down to its size: the deepest levels are collapsed first, then there are pages. */
import { HoldfastError } from '../../../shared/errors.ts';
import { symbolKinds } from '../../../shared/tools/symbol-fields.ts';
import type { SymbolEntry } from './symbol-tree.ts';

interface OutlineSymbol {
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly line: number;
  readonly column: number;
  readonly start_line: number;
  readonly end_line: number;
  readonly detail?: string;
  readonly hidden?: number;
}

export interface OutlineFilter {
  /** Levels to show; undefined: as many as fit. */
  readonly depth: number | undefined;
  /** So many levels are shown in any case, on pages if need be: who asks what is inside a symbol wants more than it. */
  readonly least: number;
  readonly kinds: readonly string[] | undefined;
  readonly offset: number;
}

interface FittedOutline {
  readonly symbols: OutlineSymbol[];
  readonly page: { readonly shown: number; readonly total: number; readonly next: number | null };
}

/** @throws HoldfastError `invalid_input` naming the kinds that there are */
export function checkKinds(kinds: readonly string[] | undefined): void {
  const known: readonly string[] = symbolKinds;
  const wrong = kinds?.find((kind) => !known.includes(kind));
  if (wrong === undefined) return;
  throw new HoldfastError('invalid_input', `There is no kind "${wrong}".`, {
    hint: `Kinds: ${symbolKinds.join(', ')}.`,
  });
}

/** @param maxChars of the symbols' JSON form */
export function fitOutline(entries: readonly SymbolEntry[], filter: OutlineFilter, maxChars: number): FittedOutline {
  const { depth, least, kinds, offset } = filter;
  const kept = kinds === undefined ? entries : entries.filter(({ node }) => kinds.includes(node.kind));
  const deepest = Math.max(1, ...kept.map((entry) => entry.depth));
  for (let levels = Math.min(depth ?? deepest, deepest); ; levels -= 1) {
    const shown = collapse(kept, levels);
    const fits = JSON.stringify(shown).length <= maxChars;
    if (fits || levels <= least || depth !== undefined || kinds !== undefined || offset > 0)
      return paged(shown, offset, maxChars);
  }
}

/** The symbols down to a level; those above what is left out say how much there is. */
function collapse(entries: readonly SymbolEntry[], levels: number): OutlineSymbol[] {
  const shown: OutlineSymbol[] = [];
  for (const entry of entries) {
    const last = shown.at(-1);
    if (entry.depth <= levels) shown.push(toOutlineSymbol(entry));
    else if (last !== undefined && entry.node.start.line <= last.end_line)
      shown[shown.length - 1] = { ...last, hidden: (last.hidden ?? 0) + 1 };
  }
  return shown;
}

function toOutlineSymbol({ node, depth }: SymbolEntry): OutlineSymbol {
  const { name, kind, detail, at, start, end } = node;
  // A range that ends before the first column of a line does not hold anything of that line.
  const end_line = end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  return {
    name,
    kind,
    depth,
    line: at.line,
    column: at.column,
    start_line: start.line,
    end_line,
    ...(detail === '' ? {} : { detail }),
  };
}

function paged(symbols: readonly OutlineSymbol[], offset: number, maxChars: number): FittedOutline {
  let chars = 0;
  let shown = 0;
  const rest = symbols.slice(offset);
  for (const symbol of rest) {
    chars += JSON.stringify(symbol).length + 1;
    if (chars > maxChars && shown > 0) break;
    shown += 1;
  }
  const next = offset + shown;
  return {
    symbols: rest.slice(0, shown),
    page: { shown, total: symbols.length, next: next < symbols.length ? next : null },
  };
}
