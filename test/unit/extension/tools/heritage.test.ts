import assert from 'node:assert/strict';
import { heritageHeads } from '../../../../extension/tools/support/heritage.ts';

const heads = (text: string) =>
  heritageHeads(text).map(({ name, supers }) => `${name}: ${supers.map((each) => each.name).join(', ')}`);

describe('what classes and interfaces extend and implement', () => {
  it('is read from their heads', () => {
    assert.deepEqual(
      heads('class A extends B implements C, D {}\nexport interface E extends F, G { a: H }\nclass I {}'),
      ['A: B, C, D', 'E: F, G', 'I: '],
    );
  });

  it('is not what stands in type parameters, type arguments or calls', () => {
    assert.deepEqual(
      heads(
        'class A<T extends X = () => Y> extends B<Z, { q: W }> implements C<V> {}\nclass M extends mixin(N, { a: 1 }) {}',
      ),
      ['A: B, C', 'M: mixin'],
    );
  });

  it('is the last part of a qualified name', () => {
    assert.deepEqual(heads('class A extends ns.inner.B implements x.C {}'), ['A: B, C']);
  });

  it('is not what comments and strings say', () => {
    assert.deepEqual(
      heads('// class X extends Y {}\nclass A /* extends Q */ extends B {}\nconst s = "class S extends T {}";'),
      ['A: B'],
    );
  });

  it('may take several lines', () => {
    const text = 'export default abstract class A\n  extends B\n  implements\n    C,\n    D\n{\n}';
    assert.deepEqual(heads(text), ['A: B, C, D']);
    const [head] = heritageHeads(text);
    assert.equal(text.slice(head?.supers[2]?.offset).slice(0, 1), 'D');
  });

  it('is known of a class without a name, and not of a word that only looks like one', () => {
    assert.deepEqual(heads('const a = class extends B {}; x.class y; className z'), ['class: B']);
  });
});
