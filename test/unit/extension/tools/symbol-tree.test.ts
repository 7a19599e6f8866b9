import assert from 'node:assert/strict';
import { lastName, matchLevel, rank } from '../../../../extension/tools/support/symbol-match.ts';
import {
  enclosing,
  findByNamePath,
  flatten,
  plainName,
  type SymbolNode,
} from '../../../../extension/tools/support/symbol-tree.ts';
import { findWord, holdsText, wordsOf } from '../../../../extension/tools/support/symbol-words.ts';

function node(name: string, from: number, to: number, children: SymbolNode[] = []): SymbolNode {
  const at = { line: from, column: 1 };
  return { name, kind: 'class', detail: '', start: at, end: { line: to, column: 1 }, at, atEnd: at, children };
}

const tree = [
  node('Shape', 1, 10, [node('area()', 2, 3), node('area(int) : void', 4, 5), node('size', 6, 7)]),
  node('Square', 11, 20, [node('area()', 12, 13, [node('size', 12, 13)])]),
  node('## Use it', 21, 22),
  node('a/b', 23, 24),
];
const found = (wanted: string) =>
  findByNamePath(tree, wanted).map(({ namePath, node: { at } }) => `${namePath}@${at.line}`);

describe('symbols by name path', () => {
  it('are found by the end of their path', () => {
    assert.deepEqual(found('size'), ['Shape/size@6', 'Square/area()/size@12']);
    assert.deepEqual(found('Shape/size'), ['Shape/size@6']);
  });

  it('are found at the top level only, when the path begins there', () => {
    assert.deepEqual(found('/Shape'), ['Shape@1']);
    assert.deepEqual(found('/size'), []);
  });

  it('may be named without what a server adds to the name', () => {
    assert.deepEqual(found('Shape/area'), ['Shape/area()@2', 'Shape/area(int) : void@4']);
    assert.deepEqual(found('Use it'), ['## Use it@21']);
  });

  it('are only those that fit as written, when there are any', () => {
    assert.deepEqual(found('Shape/area()'), ['Shape/area()@2']);
  });

  it('may have a slash in their name', () => {
    assert.deepEqual(found('a/b'), ['a/b@23']);
  });

  it('tell which is the innermost around a position', () => {
    assert.equal(enclosing(flatten(tree), { line: 12, column: 1 })?.namePath, 'Square/area()/size');
    assert.equal(enclosing(flatten(tree), { line: 9, column: 4 })?.namePath, 'Shape');
    assert.equal(enclosing(flatten(tree), { line: 99, column: 1 }), undefined);
  });

  it('keep names that only look decorated', () => {
    assert.equal(plainName('describe("x") callback'), 'describe');
    assert.equal(plainName('(anonymous)'), '(anonymous)');
    assert.equal(plainName('.card:not(.x)'), '.card:not(.x)');
  });
});

describe('symbols by query', () => {
  const level = (query: string, ...names: string[]) => matchLevel(names, query);

  it('fit exactly, but for case, from the beginning, or in the middle', () => {
    assert.deepEqual(
      [level('area', 'Shape', 'area()'), level('AREA', 'area'), level('are', 'area'), level('re', 'area')],
      [0, 1, 2, 3],
    );
    assert.equal(level('x', 'area'), undefined);
  });

  it('fit only below the names that the query puts before them', () => {
    assert.equal(level('Shape/area', 'Shape', 'area()'), 0);
    assert.equal(level('Shape/area', 'Square', 'area()'), undefined);
    assert.equal(level('Shape/area', 'area'), undefined);
    assert.equal(level('shape/ar', 'Shape', 'area'), 2);
  });

  it('are ranked by fit, path and line, without the worse ones where a whole name fits', () => {
    const at = (l: 0 | 1 | 2 | 3, path: string, line: number) => ({ level: l, path, line });
    const all = [at(3, 'a', 1), at(0, 'b', 2), at(0, 'b', 1), at(1, 'a', 1)];
    assert.deepEqual(rank(all), [at(0, 'b', 1), at(0, 'b', 2), at(1, 'a', 1)]);
    assert.deepEqual(rank([at(3, 'a', 1), at(2, 'z', 1)]), [at(2, 'z', 1), at(3, 'a', 1)]);
  });

  it('are asked from servers by their last name', () => {
    assert.deepEqual([lastName('Shape/area()'), lastName('x'), lastName('a/')], ['area', 'x', 'a/']);
  });
});

describe('names in text', () => {
  it('are whole words, with a hyphen where the name has one', () => {
    const lines = ['let a = b-a; // a1 $a a', '.my-a { x: var(--my-a) }'];
    assert.deepEqual(
      findWord(lines, 'a').map(({ line, column }) => `${line}:${column}`),
      ['1:5', '1:11', '1:23', '2:5', '2:21'],
    );
    assert.deepEqual(
      findWord(lines, 'my-a').map(({ column }) => column),
      [2],
    );
    assert.deepEqual(
      findWord(lines, '--my-a').map(({ column }) => column),
      [16],
    );
  });

  it('can be sought in some lines only', () => {
    assert.deepEqual(findWord(['x', 'x', 'x'], 'x', 2, 2), [{ text: 'x', line: 2, column: 1 }]);
  });

  it('are listed with their columns', () => {
    assert.deepEqual(
      wordsOf('  foo(bar)', 7).map(({ text, column }) => `${text}@${column}`),
      ['foo@3', 'bar@7'],
    );
  });

  it('are recognised in text whatever the white space', () => {
    assert.ok(holdsText('function  a(\n  b)', 'a( b'));
    assert.ok(!holdsText('function a', 'function b'));
  });
});
