import assert from 'node:assert/strict';
import { fileUriToPath, isWithin, normalizePath } from '../../../../server/calls/paths.ts';

describe('A path as text', () => {
  const normal: readonly (readonly [string, string | undefined])[] = [
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b'],
    ['/a//b/./c/../d', '/a/b/d'],
    ['/../../a', '/a'],
    ['/', '/'],
    ['/a\\b', '/a\\b'],
    ['a/b', undefined],
    ['./a', undefined],
    ['', undefined],
    ['C:\\Work\\App\\', 'c:/work/app'],
    ['c:/Work/../Lib', 'c:/lib'],
    ['C:\\', 'c:/'],
    ['C:foo', undefined],
    ['\\\\Server\\Share\\x', '//server/share/x'],
  ];
  for (const [path, wanted] of normal) {
    it(`${JSON.stringify(path)} is ${wanted === undefined ? 'no absolute path' : `normally ${wanted}`}`, () => {
      assert.equal(normalizePath(path), wanted);
    });
  }

  it('lies within its own folder and its parents only', () => {
    assert.ok(isWithin('/a', '/a') && isWithin('/a', '/a/b') && isWithin('/', '/a') && isWithin('c:/', 'c:/a'));
    assert.ok(!isWithin('/a', '/ab') && !isWithin('/a/b', '/a'));
  });

  const uris: readonly (readonly [string, string | undefined])[] = [
    ['file:///work/a%20b', '/work/a b'],
    ['file:///c%3A/work', 'c:/work'],
    ['file:///C:/work', 'C:/work'],
    ['file://server/share/x', '\\\\server\\share\\x'],
    ['vscode-remote://ssh/work', undefined],
    ['file:///%E0%A4%A', undefined],
    ['/work', undefined],
    ['C:\\work', undefined],
  ];
  for (const [uri, wanted] of uris) {
    it(`from the URI ${uri} is ${wanted ?? 'none'}`, () => assert.equal(fileUriToPath(uri), wanted));
  }
});
