/** JSON as text, because much of what a parser has to stand (huge numbers, doubled keys, lone surrogates) is no value. */
import * as fc from 'fast-check';

const nested = (depth: number, open: string, close: string): string => `${open.repeat(depth)}0${close.repeat(depth)}`;

/** JSON text of values that are unlikely to fit where they are put. None is an id that a window may have: calls wait for windows. */
export const oddJson: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      ...['null', 'true', 'false', '[]', '{}', '""', '0', '-0', '-1', '1.5', '1e999', '-1e999', '1e-999'],
      ...[
        '9007199254740993',
        '2147483648',
        '123456789012345678901234567890',
        '"1"',
        '" true"',
        '" null"',
        '"[]"',
        '"{}"',
      ],
      ...['"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\\u2028\\r\\n"', '"\ufeff"', '"🙂"', '"\u202e"'],
      ...['"__proto__"', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":1}}', '{"toString":null}', '"toString"'],
      ...[
        '{"a":1,"a":2}',
        '[null]',
        '[[]]',
        '[{}]',
        '{"length":1}',
        '{"then":1}',
        '"../../etc/passwd"',
        '"file:///%zz"',
      ],
    ),
  },
  { weight: 6, arbitrary: fc.json({ maxDepth: 2 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 300 }).map((depth) => nested(depth, '[', ']')) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 300 }).map((depth) => nested(depth, '{"a":', '}')) },
);

/** The same, and values that are only large. Rare, since each costs as much as a hundred others. */
const oddOrLargeJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 300, arbitrary: oddJson },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      nested(20_000, '[', ']'),
      nested(20_000, '{"a":', '}'),
      `[${'null,'.repeat(20_000)}null]`,
      `[${'1,'.repeat(150_000)}1]`,
      `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()}}`,
      `"${'x'.repeat(200_000)}"`,
    ),
  },
);

type Change = 'replace' | 'drop' | 'add' | 'stringify' | 'wrap';
interface Mutation {
  readonly change: Change;
  /** Which of the places, counted around. */
  readonly at: number;
  readonly raw: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  change: fc.constantFrom<Change>('replace', 'replace', 'replace', 'drop', 'add', 'stringify', 'wrap'),
  at: fc.nat(200),
  raw: oddOrLargeJson,
});

/** JSON text of the value, as it is every other time, else with some places changed. */
export function mutatedJson(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const mutations = fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
  );
  return fc.tuple(value, mutations).map(([base, changes]) => mutate(base, changes));
}

const marker = (index: number): string => `@raw${index}@`;

function mutate(base: unknown, mutations: readonly Mutation[]): string {
  const changed = mutations.reduce((value, { change, at }, index) => {
    const count = countPlaces(value);
    return changeAt(value, at % count, change, marker(index));
  }, base);
  const text = JSON.stringify(changed) ?? 'null';
  return mutations.reduce((whole, { raw }, index) => whole.replace(`"${marker(index)}"`, () => raw), text);
}

function countPlaces(value: unknown): number {
  return children(value).reduce((sum, [, child]) => sum + countPlaces(child), 1);
}

/** Changes the place with this number in the order of a walk from the root. */
function changeAt(value: unknown, place: number, change: Change, raw: string): unknown {
  if (place === 0) return changeHere(value, change, raw);
  let before = 1;
  for (const [key, child] of children(value)) {
    const size = countPlaces(child);
    if (place < before + size) {
      const dropped = change === 'drop' && place === before;
      const changed = dropped ? undefined : changeAt(child, place - before, change, raw);
      if (Array.isArray(value)) {
        return value.flatMap((item: unknown, index) => (String(index) === key ? (dropped ? [] : [changed]) : [item]));
      }
      return Object.fromEntries(children(value).map(([name, item]) => [name, name === key ? changed : item]));
    }
    before += size;
  }
  return value;
}

function changeHere(value: unknown, change: Change, raw: string): unknown {
  switch (change) {
    case 'add':
      if (Array.isArray(value)) return [...value, raw];
      return typeof value === 'object' && value !== null ? { ...value, unknown_key: raw } : raw;
    case 'stringify':
      return JSON.stringify(value) ?? '';
    case 'wrap':
      return [value, raw];
    case 'replace':
    case 'drop':
      return raw;
  }
}

function children(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
