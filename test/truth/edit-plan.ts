/** Which edits a run makes, and in which order. */

/** How many of a hundred edits are of a kind. The second of a pair undoes the first. */
const hundred = {
  'own error': 34,
  'type of an export': 24,
  'import of a file to come': 6,
  'file created': 6,
  'file deleted': 4,
  'file restored': 4,
  'file deleted under its tab': 1,
  'file restored under its tab': 1,
  'file renamed': 5,
  'imports follow the rename': 5,
  'folder renamed': 1,
  'folder renamed back': 1,
  'many files at once': 3,
  'project configuration': 2,
  'under unsaved work': 3,
} as const;
export type EditKind = keyof typeof hundred;

const tabPair = ['file deleted under its tab', 'file restored under its tab'] as const;
const pairs: readonly (readonly [EditKind, EditKind])[] = [
  ['import of a file to come', 'file created'],
  ['file deleted', 'file restored'],
  ['file renamed', 'imports follow the rename'],
  ['folder renamed', 'folder renamed back'],
];

/** A shuffled row of `count` edits with every kind in its share; the second of a pair comes after the first. */
export function planEdits(count: number, random: () => number): EditKind[] {
  const kinds = Object.keys(hundred).filter((kind): kind is EditKind => kind in hundred);
  const wanted = kinds.flatMap((kind) =>
    Array.from(
      { length: Math.max(kind === 'own error' ? 0 : 1, Math.round((hundred[kind] * count) / 100)) },
      () => kind,
    ),
  );
  const [deletedInTab, restoredInTab] = tabPair;
  const row: EditKind[] = shuffle(wanted, random).filter((kind) => kind !== 'own error' && kind !== restoredInTab);
  const doubled = row.filter((kind) => kind === deletedInTab).length;
  row.length = Math.min(row.length, count - doubled);
  while (row.length < count - doubled) row.splice(Math.floor(random() * (row.length + 1)), 0, 'own error');
  for (const [first, second] of pairs) {
    const places = row.flatMap((kind, at) => (kind === first || kind === second ? [at] : []));
    places.forEach((at, order) => {
      row[at] = order % 2 === 0 ? first : second;
    });
  }
  // As long as the tab stays, much can only be flagged: it is undone at once.
  const whole = row.flatMap((kind) => (kind === deletedInTab ? tabPair : kind));
  // What lies under unsaved work stays behind it, so these come last.
  const unsaved = whole.filter((kind) => kind === 'under unsaved work');
  return [...whole.filter((kind) => kind !== 'under unsaved work'), ...unsaved];
}

/** In random order. */
export function shuffle<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
