import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareStamps } from '../../../../extension/tools/support/file-stamps.ts';

describe('comparing two states of the workspace', () => {
  const stamp = (ctimeMs: number, size = 1) => ({ ctimeMs, size });

  it('names what came, what changed and what went', () => {
    const before = new Map([
      ['/same', stamp(1)],
      ['/touched', stamp(1)],
      ['/grown-in-the-same-tick', stamp(1, 1)],
      ['/gone', stamp(1)],
    ]);
    const now = new Map([
      ['/same', stamp(1)],
      ['/touched', stamp(2)],
      ['/grown-in-the-same-tick', stamp(1, 2)],
      ['/new', stamp(0)],
    ]);
    assert.deepEqual(compareStamps(before, now), {
      created: ['/new'],
      changed: ['/touched', '/grown-in-the-same-tick'],
      gone: ['/gone'],
    });
  });

  it('accounts for every path exactly once, and for nothing where nothing happened', () => {
    const stamps = fc
      .uniqueArray(fc.tuple(fc.constantFrom('/a', '/b', '/c', '/d', '/e'), fc.nat(2), fc.nat(2)), {
        selector: ([path]) => path,
      })
      .map((files) => new Map(files.map(([path, ctimeMs, size]) => [path, stamp(ctimeMs, size)] as const)));
    fc.assert(
      fc.property(stamps, stamps, (before, now) => {
        const { created, changed, gone } = compareStamps(before, now);
        const named = [...created, ...changed, ...gone];
        assert.equal(new Set(named).size, named.length);
        for (const path of new Set([...before.keys(), ...now.keys()])) {
          const [old, present] = [before.get(path), now.get(path)];
          const differs = old?.ctimeMs !== present?.ctimeMs || old?.size !== present?.size;
          assert.equal(named.includes(path), differs, path);
        }
        assert.deepEqual(compareStamps(now, now), { created: [], changed: [], gone: [] });
      }),
    );
  });
});
