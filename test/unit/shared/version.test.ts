import assert from 'node:assert/strict';
import { compareVersions, isRelease, replaces } from '../../../shared/version.ts';

describe('Versions', () => {
  it('come in the order of Semantic Versioning, and what is none comes first', () => {
    const ordered = [
      'holdfast',
      '0.2.30',
      '0.9.0',
      '0.10.0-alpha',
      '0.10.0-alpha.1',
      '0.10.0-alpha.beta',
      '0.10.0-beta.2',
      '0.10.0-beta.11',
      '0.10.0-rc.1',
      '0.10.0',
      '1.0.0',
    ];
    assert.deepEqual(ordered.toReversed().toSorted(compareVersions), ordered);
    assert.equal(compareVersions('1.0.0+build.1', '1.0.0+build.2'), 0);
  });

  it('are three numbers at least', () => {
    assert.deepEqual(['1.2', 'v1.2.3', '', '1.2.3/..', '1.2.3'].map(isRelease), [false, false, false, false, true]);
  });

  it('replace only what is older, and never a run from the sources', () => {
    const pairs = [
      ['0.2.0', '0.1.0'],
      ['0.1.0', '0.1.0'],
      ['0.1.0', '0.2.0'],
      ['0.2.0', '0.2.0-beta.1'],
      ['0.2.0', '0.0.0-source'],
      ['0.0.0-source', '0.0.0-bench'],
      ['0.2.0', 'unknown'],
    ] as const;
    assert.deepEqual(
      pairs.map(([candidate, running]) => replaces(candidate, running)),
      [true, false, false, true, false, false, false],
    );
  });
});
