import assert from 'node:assert/strict';
import { EditTurns } from '../../../../extension/tools/support/edit-turns.ts';
import { HoldfastError } from '../../../../shared/errors.ts';

describe('turns of edits', () => {
  const open = new AbortController().signal;
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  let turns: EditTurns;
  let said: string[];
  beforeEach(() => {
    turns = new EditTurns();
    said = [];
  });

  const work = (name: string, signal = open, fails = false): Promise<string> =>
    turns.take(signal, async () => {
      said.push(`${name} begins`);
      await tick();
      said.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });

  it('come one after the other, also after one that failed', async () => {
    const results = await Promise.allSettled([work('a'), work('b', open, true), work('c')]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(said, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('go to others while somebody is waited for', async () => {
    let answer = (): void => {};
    const asked = turns.take(open, async (pause) => {
      said.push('asks');
      await pause(() => new Promise<void>((resolve) => (answer = resolve)));
      said.push('goes on');
    });
    await work('other');
    const late = work('late');
    answer();
    await Promise.all([asked, late]);
    assert.deepEqual(said, ['asks', 'other begins', 'other ends', 'late begins', 'late ends', 'goes on']);
  });

  it('are given up by a call that has ended, which says that nothing was changed, and keep their order', async () => {
    const call = new AbortController();
    const first = work('first');
    const ended = work('ended', call.signal);
    const third = work('third');
    call.abort(new HoldfastError('timeout', 'It may have taken effect.', { hint: 'x', executed: 'unknown' }));
    await assert.rejects(ended, (error) => {
      assert.ok(error instanceof HoldfastError);
      const { code, executed, retryable } = error.info;
      assert.deepEqual([code, executed, retryable], ['timeout', 'no', true]);
      return true;
    });
    await Promise.all([first, third]);
    assert.deepEqual(said, ['first begins', 'first ends', 'third begins', 'third ends']);
  });
});
