import assert from 'node:assert/strict';
import { splitHover } from '../../../../extension/tools/support/hover-text.ts';
import { checkKinds, fitOutline } from '../../../../extension/tools/support/outline-fit.ts';
import { PlanMemory } from '../../../../extension/tools/support/plan-memory.ts';
import { fitRelated } from '../../../../extension/tools/support/related-fit.ts';
import { flatten, type SymbolNode } from '../../../../extension/tools/support/symbol-tree.ts';
import { atTheirNames } from '../../../../extension/tools/support/symbol-words.ts';
import { HoldfastError } from '../../../../shared/errors.ts';

function node(name: string, line: number, children: SymbolNode[] = [], kind = 'class'): SymbolNode {
  const at = { line, column: 1 };
  return { name, kind, detail: '', start: at, end: { line: line + 9, column: 2 }, at, atEnd: at, children };
}

const code = (thrown: unknown) => thrown instanceof HoldfastError && thrown.code;

describe('an outline cut to size', () => {
  const tree = flatten([
    node('A', 1, [node('a', 2, [node('x', 3)], 'method'), node('b', 4, [], 'method')]),
    node('B', 11, [node('c', 12, [], 'method')]),
  ]);
  const shape = (
    maxChars: number,
    filter: { depth?: number; least?: number; kinds?: string[]; offset?: number } = {},
  ) => {
    const { symbols, page } = fitOutline(
      tree,
      { depth: filter.depth, least: filter.least ?? 1, kinds: filter.kinds, offset: filter.offset ?? 0 },
      maxChars,
    );
    return {
      symbols: symbols.map(({ name, hidden }) => (hidden === undefined ? name : `${name}+${hidden}`)).join(' '),
      page: [page.shown, page.total, page.next],
    };
  };

  it('is whole where it fits', () => {
    assert.deepEqual(shape(10_000), { symbols: 'A a x b B c', page: [6, 6, null] });
  });

  it('loses its deepest level first, and says how much is inside', () => {
    assert.deepEqual(shape(470), { symbols: 'A a+1 b B c', page: [5, 5, null] });
    assert.deepEqual(shape(250), { symbols: 'A+3 B+1', page: [2, 2, null] });
  });

  it('has pages where even the top level does not fit, with one symbol at least', () => {
    assert.deepEqual(shape(100), { symbols: 'A+3', page: [1, 2, 1] });
    assert.deepEqual(shape(10, { depth: 1, offset: 1 }), { symbols: 'B+1', page: [1, 2, null] });
  });

  it('shows what is inside a symbol that was asked about, on pages if need be', () => {
    assert.deepEqual(shape(250, { least: 2 }), { symbols: 'A a+1', page: [2, 5, 2] });
  });

  it('keeps the depth and the kinds that were asked for', () => {
    assert.deepEqual(shape(10_000, { depth: 2 }).symbols, 'A a+1 b B c');
    assert.deepEqual(shape(10_000, { kinds: ['method'] }).symbols, 'a b c');
    const some = flatten([node('C', 1), node('D', 11, [node('d', 12, [node('y', 13)], 'method')], 'module')]);
    const kept = fitOutline(some, { depth: 1, least: 1, kinds: ['class'], offset: 0 }, 10_000).symbols;
    assert.deepEqual(
      kept.map(({ name, hidden }) => [name, hidden]),
      [['C', undefined]],
    );
    assert.throws(
      () => checkKinds(['class', 'klass']),
      (error: unknown) => code(error) === 'invalid_input',
    );
  });
});

describe('related places cut to size', () => {
  const files = Array.from({ length: 4 }, (_, at) => ({
    path: `f${at}`,
    hits: [
      { line: 1, column: 2, text: 'some text' },
      { line: 3, column: 4, in: 'f', text: 'more text' },
    ],
  }));
  const fitted = (maxChars: number, offset = 0) => {
    const { files: shown, detail, page } = fitRelated(files, offset, maxChars);
    return [detail, shown.length, page.next, shown[0]?.hits?.[0]?.text, shown[0]?.count];
  };

  it('are whole, then places, then counts, then fewer files', () => {
    assert.deepEqual(fitted(10_000), ['full', 4, null, 'some text', 2]);
    assert.deepEqual(fitted(400), ['locations', 4, null, undefined, 2]);
    assert.deepEqual(fitted(120), ['counts', 4, null, undefined, 2]);
    assert.deepEqual(fitted(60), ['counts', 2, 2, undefined, 2]);
    assert.deepEqual(fitted(5), ['counts', 1, 1, undefined, 2]);
  });

  it('go on where the last page ended', () => {
    assert.deepEqual(fitted(60, 2), ['counts', 2, null, undefined, 2]);
    assert.deepEqual(fitted(10_000, 3), ['full', 1, null, 'some text', 2]);
  });
});

describe('hovers', () => {
  it('are split into the declared form and prose; later code is an example', () => {
    const texts = ['\n```ts\nfunction a(): void\n```\n', 'Does it.  \n\n```ts\na();\n```'];
    assert.deepEqual(splitHover(texts, 100), {
      signatures: ['function a(): void'],
      documentation: 'Does it.\n\n```ts\na();\n```',
    });
  });

  it('may be only prose, or nothing, and are cut where they are long', () => {
    assert.deepEqual(splitHover(['', 'x&nbsp;y'], 100), { signatures: [], documentation: 'x y' });
    assert.deepEqual(splitHover(['Prose.', '```ts\nexample\n```'], 100).signatures, []);
    assert.deepEqual(splitHover(['abcdef'], 3).documentation, 'abc…');
  });
});

describe('the names of symbols', () => {
  it('are found behind modifiers where a server gives only the beginning of a declaration', () => {
    const lines = ['export', 'function pick(): x {', '  pick();', '}'];
    const [found] = atTheirNames([node('pick', 1)], lines);
    assert.deepEqual(
      [found?.at, found?.atEnd],
      [
        { line: 2, column: 10 },
        { line: 2, column: 14 },
      ],
    );
  });

  it('stay where they are when they stand there, or nowhere, or only inside the symbol', () => {
    const kept = (name: string, lines: string[], children: SymbolNode[] = []) =>
      atTheirNames([node(name, 1, children)], lines)[0]?.at;
    const first = { line: 1, column: 1 };
    assert.deepEqual(kept('.card', ['.card { } .card']), first);
    assert.deepEqual(kept('reduce() callback', ['(a) => 1']), first);
    assert.deepEqual(kept('A', ['x {', 'b()', 'A'], [node('b', 2)]), first);
  });
});

describe('plans', () => {
  const memory = () => new PlanMemory<string>({ max: 2, prefix: 'p' });

  it('are given out by their id, for applying once', () => {
    const plans = memory();
    const id = plans.add('one');
    assert.equal(plans.get(id), 'one');
    plans.replace(id, 'uno');
    assert.equal(plans.take(id), 'uno');
    for (const use of [() => plans.get(id), () => plans.take(id)])
      assert.throws(use, (error: unknown) => code(error) === 'invalid_input');
  });

  it('are forgotten when there are many newer ones', () => {
    const plans = memory();
    const ids = ['one', 'two', 'three'].map((plan) => plans.add(plan));
    assert.throws(
      () => plans.get(ids[0] ?? ''),
      (error: unknown) => code(error) === 'not_found',
    );
    assert.equal(plans.get(ids[1] ?? ''), 'two');
  });
});
