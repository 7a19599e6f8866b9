import assert from 'node:assert/strict';
import { replacedLines } from '../../../../extension/tools/support/replaced-lines.ts';
import { nearestLines, planEdits } from '../../../../extension/tools/support/text-match.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';

const refuses = (code: ErrorCode, message: RegExp, run: () => unknown) => assert.throws(run, { code, message });

describe('planning edits', () => {
  const text = 'one\ntwo\nthree\ntwo\n';
  const plan = (...edits: { old: string; new: string; all?: boolean }[]) => planEdits('a.ts', text, '\n', edits);

  it('replaces a text that occurs exactly once', () => {
    const { text: after, replacements } = plan({ old: 'three', new: '3' });
    assert.equal(after, 'one\ntwo\n3\ntwo\n');
    assert.deepEqual(replacements, [{ start: 8, end: 13, text: '3' }]);
  });

  it('applies edits in any order, each to the text as it was', () => {
    assert.equal(plan({ old: 'three', new: 'one' }, { old: 'one', new: '1' }).text, '1\ntwo\none\ntwo\n');
  });

  it('replaces every occurrence only when asked', () => {
    assert.equal(plan({ old: 'two', new: '2', all: true }).text, 'one\n2\nthree\n2\n');
    refuses('multiple_matches', /occurs 2 times in a\.ts, at lines:\n {2}2: two\n {2}4: two$/, () =>
      plan({ old: 'two', new: '2' }),
    );
  });

  it('fills an empty text by an empty old text, and no other', () => {
    assert.deepEqual(planEdits('a', '', '\n', [{ old: '', new: 'x\n' }]), {
      replacements: [{ start: 0, end: 0, text: 'x\n' }],
      text: 'x\n',
    });
    for (const all of [false, true])
      refuses('invalid_input', /old text of edit 1 is empty, and a\.ts is not/, () => plan({ old: '', new: 'x', all }));
  });

  it('takes $ and other patterns as they are written', () => {
    assert.equal(planEdits('a', 'a.b(c)', '\n', [{ old: '.b(', new: '$&$1(' }]).text, 'a$&$1(c)');
  });

  it('shows the nearest lines when nothing matches', () => {
    refuses('no_match', /does not occur in a\.ts\.\nNearest lines:\n {2}3: three$/, () =>
      plan({ old: 'threee', new: '3' }),
    );
    refuses('no_match', /does not occur in a\.ts\.$/, () => plan({ old: 'zzz', new: '3' }));
  });

  it('matches a CRLF text by plain line ends and keeps its own', () => {
    const { text: after } = planEdits('a.ts', 'one\r\ntwo\r\nthree', '\r\n', [{ old: 'one\ntwo', new: '1\n1b\r\n2' }]);
    assert.equal(after, '1\r\n1b\r\n2\r\nthree');
  });

  it('refuses edits that overlap, and allows ones that touch', () => {
    refuses('overlapping_edits', /Edits 1 and 2 of a\.ts overlap at line 1/, () =>
      plan({ old: 'one\n', new: '' }, { old: 'ne\ntwo', new: '' }),
    );
    assert.equal(plan({ old: 'one\n', new: '' }, { old: 'two\nth', new: 'TH' }).text, 'THree\ntwo\n');
  });

  it('finds an edit in its base and makes it where that stands now', () => {
    const edit = { old: 'two\n', new: '2\n', base: 'one\ntwo\nthree\n' };
    assert.equal(planEdits('a.ts', 'two\none\ntwo\nthree\n', '\n', [edit]).text, 'two\none\n2\nthree\n');
    assert.equal(planEdits('a.ts', 'one\r\ntwo\r\nnew\r\n', '\r\n', [edit]).text, 'one\r\n2\r\nnew\r\n');
    refuses('no_match', /edit 1 does not occur/, () =>
      planEdits('a.ts', 'two\n', '\n', [{ ...edit, base: 'three\n' }]),
    );
  });

  it('refuses an edit of lines that others changed since its base, with the difference', () => {
    const edit = { old: 'two', new: '2', base: 'one\ntwo\nthree\n' };
    const message = /edit 1 replaces.* sha [0-9a-f]{16}\. .*\n@@ -1,4 \+1,4 @@\n one\n-two\n\+two!\n three\n $/s;
    refuses('version_changed', message, () => planEdits('a.ts', 'one\ntwo!\nthree\n', '\n', [edit]));
  });

  it('tears no characters apart', () => {
    refuses('no_match', /does not occur/, () => planEdits('a', 'x😀y', '\n', [{ old: '\ud83d', new: '' }]));
    refuses('no_match', /does not occur/, () => planEdits('a', 'x😀y', '\n', [{ old: '\ude00y', new: '' }]));
    refuses('invalid_input', /half of a surrogate pair/, () =>
      planEdits('a', 'x', '\n', [{ old: 'x', new: '\ud83d' }]),
    );
    assert.equal(planEdits('a', 'x😀😀y', '\n', [{ old: '😀', new: '😁', all: true }]).text, 'x😁😁y');
  });

  it('refuses edits that change nothing', () => {
    refuses('invalid_input', /change nothing/, () => plan({ old: 'one', new: 'one' }));
  });
});

describe('the nearest lines of a text', () => {
  it('are the most similar ones, best first', () => {
    const found = nearestLines('const alpha = 1;\nconst beta = 2;\nreturn x;\n', '  const betta = 2;\n  more');
    assert.deepEqual(
      found.map(({ line }) => line),
      [2, 1],
    );
  });
});

describe('the lines that an edit changed', () => {
  const changed = (text: string, ...edits: { old: string; new: string }[]) =>
    replacedLines(planEdits('a', text, '\n', edits));

  it('are those of the new text', () => {
    assert.deepEqual(changed('a\nb\nc\nd\n', { old: 'a', new: 'a1\na2' }, { old: 'd', new: 'D' }), [
      { start_line: 1, end_line: 2 },
      { start_line: 5, end_line: 5 },
    ]);
  });

  it('are found for a hundred thousand places at once', () => {
    const text = 'a b\n'.repeat(100_000);
    const plan = planEdits('a', text, '\n', [{ old: 'a', new: 'c', all: true }]);
    assert.equal(plan.replacements.length, 100_000);
    assert.deepEqual(replacedLines(plan), [{ start_line: 1, end_line: 100_000 }]);
  });

  it('are joined where they touch, and name the place of a deletion', () => {
    assert.deepEqual(changed('a\nb\nc\n', { old: 'a', new: 'A' }, { old: 'b', new: 'B' }), [
      { start_line: 1, end_line: 2 },
    ]);
    assert.deepEqual(changed('a\nb\nc\n', { old: 'b\n', new: '' }), [{ start_line: 2, end_line: 2 }]);
  });
});
