import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { carryOver } from '../../../../extension/tools/support/carry-over.ts';
import { planEdits } from '../../../../extension/tools/support/text-match.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { type Base, EditModel, type Step, steps } from '../../../support/edit-model.ts';

/** The text after the plan, or the code of its refusal. */
function planned(text: string, eol: '\n' | '\r\n', base: Base, edits: Parameters<typeof planEdits>[3]): string {
  try {
    const based = edits.map((edit) => (base.text === text ? edit : { ...edit, base: base.text }));
    const plan = planEdits('a.ts', text, eol, based);
    let out = '';
    let at = 0;
    for (const { start, end, text: put } of plan.replacements) {
      assert.ok(start >= at, 'in order, not overlapping');
      out += text.slice(at, start) + put;
      at = end;
    }
    assert.equal(out + text.slice(at), plan.text);
    return plan.text;
  } catch (error) {
    if (error instanceof HoldfastError) return error.code;
    throw error;
  }
}

/** Goes through a sequence. @returns how often an edit was merged with, and refused for, what others had changed */
function follow(sequence: readonly Step[], eol: '\n' | '\r\n'): { merged: number; refused: number } {
  const model = new EditModel(11, eol);
  let seen = [model.look()];
  const count = { merged: 0, refused: 0 };
  for (const step of sequence) {
    if (step.who === 'person') model.person(step);
    else if (step.who === 'line ends') model.eol = model.eol === '\n' ? '\r\n' : '\n';
    else if (step.who === 'read') seen = [model.look(), ...seen];
    else {
      const text = model.text;
      const base = seen[step.age] ?? model.look();
      const { edits, refusal } = model.agent(base, step);
      assert.equal(planned(text, model.eol, base, edits), refusal ?? model.text);
      if (refusal === 'version_changed') count.refused += 1;
      if (refusal !== undefined) continue;
      if (base.text !== text) count.merged += 1;
      seen = [model.look(), ...seen];
    }
  }
  return count;
}

describe('ten thousand random sequences of edits', () => {
  it('give the text that a model of lines gives, or are refused where it says so', function () {
    this.timeout(60_000);
    const total = { merged: 0, refused: 0 };
    fc.assert(
      fc.property(steps, fc.constantFrom('\n', '\r\n'), (sequence, eol) => {
        const { merged, refused } = follow(sequence, eol);
        total.merged += merged;
        total.refused += refused;
      }),
      { numRuns: 8_000 },
    );
    // Sequences that meet nothing would prove nothing.
    assert.ok(total.merged > 1_000 && total.refused > 1_000, JSON.stringify(total));
  });

  it('never take away what others wrote, also in texts whose lines are alike', function () {
    this.timeout(60_000);
    const line = fc.constantFrom('', '}', '  }', 'x');
    const lines = fc.array(line, { maxLength: 10 });
    const total = { carried: 0 };
    fc.assert(
      fc.property(lines, lines, fc.nat(), fc.nat(), fc.constantFrom('\n', '\r\n'), (base, theirs, from, size, eol) => {
        const whole = base.join('\n');
        const start = from % (whole.length + 1);
        const end = Math.min(whole.length, start + 1 + (size % 6));
        if (start >= end) return;
        const now = base.flatMap((each, at) => [...(theirs[at] === undefined ? [] : [`mine ${at}`]), each]).join(eol);
        const [place] = carryOver(whole, now, [{ start, end }]);
        if (place?.kind !== 'carried') return;
        total.carried += 1;
        assert.equal(now.slice(place.start, place.end).replaceAll('\r\n', '\n'), whole.slice(start, end));
      }),
      { numRuns: 2_000 },
    );
    assert.ok(total.carried > 500, JSON.stringify(total));
  });
});
