/** What came and went between two answers of get_diagnostics. */
import {
  type DiagnosticChange,
  type DiagnosticItem,
  type Severity,
  severities,
} from '../../../shared/tools/diagnostics.ts';

/** What one answer stood for: per document URI, everything that was known of an analysed text. */
export type Snapshot = ReadonlyMap<string, { readonly path: string; readonly items: readonly DiagnosticItem[] }>;

export interface Filter {
  readonly severity: Severity;
  readonly source: string | undefined;
}

export interface Delta {
  readonly added: DiagnosticChange[];
  readonly removed: DiagnosticChange[];
  readonly uncompared: string[];
}

/** Whether the agent asked for it: at least as bad as wanted, from the wanted source. */
export function matches(item: DiagnosticItem, { severity, source }: Filter): boolean {
  return (
    severities.indexOf(item.severity) <= severities.indexOf(severity) &&
    (source === undefined || item.source === source)
  );
}

/**
 * Compares the files of this call. A diagnostic that only moved, because lines above it changed, is the same one.
 *
 * @param asked documents of this call: URI and path
 */
export function compareSnapshots(
  before: Snapshot,
  now: Snapshot,
  asked: readonly { readonly uri: string; readonly path: string }[],
  filter: Filter,
): Delta {
  const delta: Delta = { added: [], removed: [], uncompared: [] };
  for (const { uri, path } of asked) {
    const old = before.get(uri);
    const present = now.get(uri);
    if (old === undefined || present === undefined) {
      delta.uncompared.push(path);
      continue;
    }
    const inScope = (items: readonly DiagnosticItem[]) => items.filter((item) => matches(item, filter));
    const { gone, come } = difference(inScope(old.items), inScope(present.items));
    delta.removed.push(...gone.map((item) => toChange(path, item)));
    delta.added.push(...come.map((item) => toChange(path, item)));
  }
  return delta;
}

function toChange(path: string, { line, severity, message, code }: DiagnosticItem): DiagnosticChange {
  return {
    path,
    line,
    severity,
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { code }),
  };
}

const identity = ({ severity, source, code, message }: DiagnosticItem) =>
  JSON.stringify([severity, source, code, message]);
const place = (item: DiagnosticItem) => `${item.line}:${item.column}:${identity(item)}`;

/** Pairs equal ones first by place, then wherever they are; what is left over has come or gone. */
function difference(old: readonly DiagnosticItem[], present: readonly DiagnosticItem[]) {
  const first = unpaired(old, present, place);
  const second = unpaired(first.left, first.right, identity);
  return { gone: second.left, come: second.right };
}

function unpaired(
  left: readonly DiagnosticItem[],
  right: readonly DiagnosticItem[],
  keyOf: (item: DiagnosticItem) => string,
) {
  const waiting = new Map<string, DiagnosticItem[]>();
  for (const item of left) waiting.set(keyOf(item), [...(waiting.get(keyOf(item)) ?? []), item]);
  const unmatched = right.filter((item) => waiting.get(keyOf(item))?.shift() === undefined);
  const rest = new Set([...waiting.values()].flat());
  return { left: left.filter((item) => rest.has(item)), right: unmatched };
}

/** The new snapshot on top of an older one, so that a cursor goes on covering files that this call did not ask about. */
export function mergeSnapshots(before: Snapshot | undefined, now: Snapshot): Snapshot {
  return new Map([...(before ?? []), ...now]);
}
