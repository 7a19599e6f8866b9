import * as fc from 'fast-check';

/** One change of a row of bytes, at a place that is given as a share of its length. */
export interface Edit {
  readonly op: 'flip' | 'cut' | 'insert' | 'truncate' | 'repeat';
  readonly at: number;
  readonly byte: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  op: fc.constantFrom('flip', 'cut', 'insert', 'truncate', 'repeat'),
  at: fc.integer({ min: 0, max: 999 }).map((thousandth) => thousandth / 1_000),
  byte: fc.integer({ min: 0, max: 255 }),
});

/** Mostly none. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.oneof(
  { weight: 15, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
);

export const someEdits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 2 });

export function applyEdits(bytes: Buffer, changes: readonly Edit[]): Buffer {
  return changes.reduce((before, { op, at, byte }) => {
    const place = Math.floor(before.length * at);
    const [head, tail] = [before.subarray(0, place), before.subarray(place)];
    switch (op) {
      case 'flip':
        return Buffer.concat([head, Buffer.from([(tail[0] ?? 0) ^ (byte | 1)]), tail.subarray(1)]);
      case 'cut':
        return Buffer.concat([head, tail.subarray(1 + (byte % 8))]);
      case 'insert':
        return Buffer.concat([head, Buffer.from([byte]), tail]);
      case 'truncate':
        return head;
      case 'repeat':
        return Buffer.concat([head, tail.subarray(0, 16), tail]);
    }
  }, bytes);
}
