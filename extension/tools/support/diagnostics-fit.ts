/**
 * Cuts an answer of get_diagnostics down to its size: full, then places, then counts, then fewer files; of a single file
 * its first problems.
 */
import type { DiagnosticItem, DiagnosticsOutput, FileDiagnostics } from '../../../shared/tools/diagnostics.ts';
import type { Delta } from './diagnostics-delta.ts';

interface Unfitted {
  readonly files: readonly (FileDiagnostics & { readonly items: DiagnosticItem[] })[];
  readonly delta: Delta | null | undefined;
  readonly cursor: string;
  /** Files before the first of `files`, and in all. */
  readonly offset: number;
  readonly total: number;
}

const size = (value: unknown) => JSON.stringify(value).length;

/** @param maxChars of the answer's JSON form */
export function fitDiagnostics({ files, delta, cursor, offset, total }: Unfitted, maxChars: number): DiagnosticsOutput {
  const fittedDelta = delta === undefined || delta === null ? delta : fitDelta(delta, maxChars / 2);
  const build = (detail: DiagnosticsOutput['detail'], shown: readonly FileDiagnostics[]): DiagnosticsOutput => {
    const next = offset + shown.length;
    return {
      files: [...shown],
      ...(fittedDelta === undefined ? {} : { delta: fittedDelta }),
      cursor,
      detail,
      page: { shown: shown.length, total, next: next < total ? next : null },
    };
  };
  const full = build('full', files);
  if (size(full) <= maxChars) return full;
  const [only] = files;
  if (only !== undefined && files.length === 1)
    return build('full', [firstProblems(only, (cut) => size(build('full', [cut])) <= maxChars)]);
  const places = build(
    'locations',
    files.map((file) => ({ ...file, items: file.items.map(toPlace) })),
  );
  if (size(places) <= maxChars) return places;
  const counts = files.map(({ items: _, ...file }) => file);
  let fitting = counts;
  while (fitting.length > 1 && size(build('counts', fitting)) > maxChars) fitting = fitting.slice(0, -1);
  return build('counts', fitting);
}

/** Nobody can ask for less than a file: as many of its problems as fit, at least one. */
function firstProblems(file: Unfitted['files'][number], fits: (cut: FileDiagnostics) => boolean): FileDiagnostics {
  const items = [...file.items];
  const cut = () => ({ ...file, items, left_out: file.items.length - items.length });
  while (items.length > 1 && !fits(cut())) items.length = Math.floor(items.length * 0.95);
  return cut();
}

function toPlace({ line, column, severity, code }: DiagnosticItem): DiagnosticItem {
  return { line, column, severity, ...(code === undefined ? {} : { code }) };
}

function fitDelta({ added, removed, uncompared }: Delta, maxChars: number): NonNullable<DiagnosticsOutput['delta']> {
  const fitted = { added: [...added], removed: [...removed], uncompared: [...uncompared], cut: false };
  while (size(fitted) > maxChars) {
    const longest = [fitted.removed, fitted.added, fitted.uncompared].toSorted((a, b) => b.length - a.length)[0];
    if (longest === undefined || longest.length === 0) break;
    longest.length = Math.floor(longest.length / 2);
    fitted.cut = true;
  }
  return fitted;
}
