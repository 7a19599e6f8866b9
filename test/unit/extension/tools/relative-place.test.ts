import assert from 'node:assert/strict';
import { placesIn } from '../../../../extension/tools/support/relative-place.ts';

const folders = [
  { name: 'Bee/x', path: '/w/bee' },
  { name: 'outer', path: '/w/outer' },
  { name: 'inner', path: '/w/outer/inner' },
];
const of = (input: string) => placesIn(folders, input);

describe('a relative path in several folders', () => {
  it('is led by the name of its folder, also a name with a slash', () => {
    assert.deepEqual(of('Bee/x/src/only.ts').led, ['/w/bee/src/only.ts']);
    assert.deepEqual(of('outer\\a.ts').led, ['/w/outer/a.ts']);
    assert.deepEqual([of('outer').led, of('outer/').led], [['/w/outer'], ['/w/outer']]);
    assert.deepEqual([of('Bee/xy.ts').led, of('outerly/a.ts').led], [[], []]);
  });

  it('may lie in any of them, and is one place however it is led there', () => {
    assert.deepEqual(of('a.ts').all, ['/w/bee/a.ts', '/w/outer/a.ts', '/w/outer/inner/a.ts']);
    assert.deepEqual(of('inner/../x.txt').all, ['/w/outer/x.txt', '/w/bee/x.txt', '/w/outer/inner/x.txt']);
  });

  it('may lead from one into another, and never out of all', () => {
    assert.deepEqual(of('../../other/o.txt').all, []);
    assert.deepEqual(of('outer/../../../o.txt'), { led: [], all: [], leadsOut: true });
    assert.deepEqual(of('../other/o.txt'), { led: [], all: ['/w/outer/other/o.txt'], leadsOut: true });
    assert.deepEqual(of('../bee/a.ts').all, ['/w/bee/a.ts', '/w/outer/bee/a.ts']);
    assert.equal(of('inner/../x.txt').leadsOut, false);
  });
});
