import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PassingMap } from '../../../shared/passing-map.ts';

type Step = { readonly kind: 'set' | 'delete'; readonly key: number };

describe('A map of passing entries', () => {
  const steps = fc.array(
    fc.record<Step>({ kind: fc.constantFrom('set', 'delete'), key: fc.integer({ min: 0, max: 5 }) }),
  );

  it('holds what a Map would hold, in the same order', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const passing = new PassingMap<number, string>();
        const model = new Map<number, string>();
        sequence.forEach(({ kind, key }, index) => {
          if (kind === 'set') {
            passing.set(key, `value ${index}`);
            model.set(key, `value ${index}`);
          } else {
            assert.equal(passing.delete(key), model.delete(key));
          }
          assert.deepEqual(passing.values(), [...model.values()]);
          assert.equal(passing.size, model.size);
          for (let other = 0; other <= 5; other++) {
            assert.equal(passing.get(other), model.get(other));
            assert.equal(passing.has(other), model.has(other));
          }
        });
      }),
    );
  });

  it('lets its values be changed while they are gone through', () => {
    const passing = new PassingMap<number, number>();
    for (const key of [1, 2, 3]) passing.set(key, key);
    for (const value of passing.values()) passing.delete(value);
    assert.deepEqual([passing.size, passing.values()], [0, []]);
  });
});
