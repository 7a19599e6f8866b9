import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { changedLinesDiff, planChanges, planWhole } from '../../../../extension/tools/support/text-changes.ts';
import { pointAt } from '../../../../extension/tools/support/text-lines.ts';

const change = (from: string, to: string, text: string) => {
  const point = (at: string) => {
    const [line = 0, character = 0] = at.split(':').map(Number);
    return { line, character };
  };
  return { start: point(from), end: point(to), text };
};

describe('changes of a language server', () => {
  const text = 'one\r\ntwo two\r\n\r\nlast';

  it('become replacements in order, with the line ends of the text', () => {
    const plan = planChanges(text, [change('3:0', '3:4', 'end\nend'), change('1:0', '1:3', '2')]);
    assert.deepEqual(plan?.text, 'one\r\n2 two\r\n\r\nend\r\nend');
    assert.deepEqual(
      plan?.replacements.map(({ start, end }) => [start, end]),
      [
        [5, 8],
        [16, 20],
      ],
    );
  });

  it('keep the order of insertions at one place', () => {
    assert.equal(planChanges('x', [change('0:0', '0:0', 'a'), change('0:0', '0:0', 'b')])?.text, 'abx');
    assert.equal(planChanges('xy', [change('0:0', '0:0', 'a'), change('0:0', '0:1', 'X')])?.text, 'aXy');
  });

  it('are refused where they do not fit the text', () => {
    for (const wrong of [change('9:0', '9:1', ''), change('0:4', '0:4', ''), change('1:3', '1:1', '')])
      assert.equal(planChanges(text, [wrong]), undefined);
    assert.equal(planChanges(text, [change('0:0', '0:2', 'a'), change('0:1', '0:3', 'b')]), undefined);
  });

  it('may end at the line behind the last one', () => {
    assert.equal(planChanges(text, [change('3:0', '4:0', '')])?.text, 'one\r\ntwo two\r\n\r\n');
  });

  it('may count the last line end as characters of the last line', () => {
    for (const eol of ['\n', '\r\n']) {
      const whole = `one${eol}two${eol}`;
      const end = `1:${3 + eol.length}`;
      assert.equal(planChanges(whole, [change('1:0', end, '')])?.text, `one${eol}`);
      assert.equal(planChanges(whole, [change(end, end, 'three')])?.text, `${whole}three`);
      assert.equal(planChanges(whole, [change('0:0', `0:${3 + eol.length}`, '')]), undefined);
    }
  });

  it('are shown as the lines that they change', () => {
    const plan = planChanges(text, [
      change('1:0', '1:3', '2'),
      change('1:4', '1:7', 'zwei'),
      change('3:0', '3:0', 'the '),
    ]);
    assert.ok(plan);
    assert.equal(changedLinesDiff(text, plan), '@@ 2\n-two two\n+2 zwei\n@@ 4\n-last\n+the last');
  });

  it('are shown as what comes and goes, where whole lines do', () => {
    const removed = planChanges('a\nb\nc\n', [change('1:0', '2:0', '')]);
    assert.ok(removed);
    assert.equal(changedLinesDiff('a\nb\nc\n', removed), '@@ 2\n-b\n-c\n+c');
    const added = planChanges('', [change('0:0', '0:0', 'new\n')]);
    assert.ok(added);
    assert.equal(changedLinesDiff('', added), '@@ 1\n+new');
  });

  it('have positions that lead back to the same offset', () => {
    for (let offset = 0; offset <= text.length; offset += 1) {
      const { line, character } = pointAt(text, offset);
      const back = planChanges(text, [change(`${line}:${character}`, `${line}:${character}`, '')]);
      // Between \r and \n there is no position.
      if (text[offset - 1] !== '\r') assert.equal(back?.replacements[0]?.start, offset);
    }
  });
});

describe('one text in the place of another', () => {
  const applied = (before: string, after: string): string => {
    let out = '';
    let at = 0;
    for (const { start, end, text } of planWhole(before, after).replacements) {
      assert.ok(start >= at && end >= start, 'in order, and none over another');
      out += before.slice(at, start) + text;
      at = end;
    }
    return out + before.slice(at);
  };

  it('is what its replacements make of the first', () => {
    for (const eol of ['\n', '\r\n']) {
      const anyText = fc.array(fc.constantFrom('', 'a', 'b', 'ab'), { maxLength: 6 }).map((lines) => lines.join(eol));
      fc.assert(
        fc.property(anyText, anyText, (before, after) => assert.equal(applied(before, after), after)),
        { seed: 1, numRuns: 2_000 },
      );
    }
    assert.equal(applied('\nfoo', 'bar'), 'bar');
  });

  it('replaces only the lines that differ', () => {
    assert.deepEqual(planWhole('a\nb\nc\nd\n', 'a\nB\nc\nD\n').replacements, [
      { start: 2, end: 4, text: 'B\n' },
      { start: 6, end: 8, text: 'D\n' },
    ]);
  });
});
