import assert from 'node:assert/strict';
import { KnownTexts } from '../../../../extension/tools/support/known-texts.ts';

describe('the texts that agents were shown', () => {
  it('are found by their sha, whoever saw them, and by a version as the agent itself saw it', () => {
    const known = new KnownTexts({ maxChars: 100 });
    const sha = known.remember('a', 'file:///x', 1, 'first life');
    known.remember('b', 'file:///x', 1, 'second life');
    const find = (agent: string, base: { version?: number; sha?: string }) =>
      known.find('file:///x', { agent, ...base })?.text;
    assert.equal(find('b', { sha }), 'first life');
    assert.deepEqual([find('a', { version: 1 }), find('b', { version: 1 })], ['first life', 'second life']);
    assert.equal(find('c', { version: 1 }), 'second life');
    assert.equal(find('a', { version: 2 }), undefined);
    assert.equal(known.find('file:///y', { agent: 'a', sha }), undefined);
  });

  it('are forgotten from the oldest on when they are too many, but never the last one', () => {
    const known = new KnownTexts({ maxChars: 10 });
    const [one, two] = [known.remember('a', 'x', 1, '11111'), known.remember('a', 'x', 2, '22222')];
    // Seen again, so it is no longer the oldest.
    known.remember('a', 'x', 3, '11111');
    known.remember('a', 'x', 4, '33333');
    const texts = [one, two].map((sha) => known.find('x', { agent: 'a', sha })?.text);
    assert.deepEqual(texts, ['11111', undefined]);
    assert.equal(known.last('a', 'x')?.text, '33333');
    known.remember('a', 'x', 5, '4'.repeat(20));
    assert.equal(known.last('a', 'x')?.version, 5);
    assert.equal(known.find('x', { agent: 'a', sha: one }), undefined);
  });
});
