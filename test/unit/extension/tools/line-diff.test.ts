import assert from 'node:assert/strict';
import { changedLines, diffLines, unifiedDiff } from '../../../../extension/tools/support/line-diff.ts';

describe('comparing two texts by lines', () => {
  it('finds nothing in equal texts', () => {
    assert.deepEqual(diffLines(['a', 'b'], ['a', 'b']), []);
    assert.equal(unifiedDiff('a\nb\n', 'a\nb\n', 1_000), '');
    assert.equal(unifiedDiff('a\r\nb\r\n', 'a\nb\n', 1_000), '');
  });

  it('finds each stretch by itself', () => {
    assert.deepEqual(changedLines('a\nb\nc\nd\ne\n', 'A\nb\nc\nd\nx\ny\n'), [
      { start_line: 1, end_line: 1 },
      { start_line: 5, end_line: 6 },
    ]);
  });

  it('names the line where something was deleted', () => {
    assert.deepEqual(changedLines('a\nb\nc', 'a\nc'), [{ start_line: 2, end_line: 2 }]);
    assert.deepEqual(changedLines('a\nb', 'a'), [{ start_line: 1, end_line: 1 }]);
  });

  it('shows two lines around each change and joins those that are near', () => {
    const old = 'one two three four five six seven eight nine'.split(' ');
    const changed = old.map((line) => (line === 'two' || line === 'five' ? line.toUpperCase() : line));
    assert.equal(
      unifiedDiff(old.join('\n'), changed.join('\n'), 1_000),
      '@@ -1,7 +1,7 @@\n one\n-two\n+TWO\n three\n four\n-five\n+FIVE\n six\n seven',
    );
  });

  it('cuts a long difference and says so', () => {
    assert.match(unifiedDiff('', 'x'.repeat(500), 100), /^@@ .{0,100}\n-\n\+x+\n… \(diff cut\)$/s);
  });

  it('reports one coarse stretch rather than compare millions of lines', () => {
    const old = Array.from({ length: 3_000 }, (_, at) => `old ${at}`);
    const fresh = Array.from({ length: 3_000 }, (_, at) => `new ${at}`);
    assert.deepEqual(diffLines(['same', ...old], ['same', ...fresh]), [
      { oldStart: 1, oldEnd: 3_001, newStart: 1, newEnd: 3_001 },
    ]);
  });
});
