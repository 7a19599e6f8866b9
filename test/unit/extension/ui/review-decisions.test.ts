import assert from 'node:assert/strict';
import { type ReviewFile, Reviews } from '../../../../extension/reviews/reviews.ts';
import type { Acceptance } from '../../../../extension/tools/support/accept-review.ts';
import { ReviewDecisions } from '../../../../extension/ui/review-decisions.ts';
import { createLog } from '../../../../shared/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const accepted: Acceptance = {
  kind: 'done',
  outcome: { kind: 'accepted', editedText: undefined, version: 2, sha: 'abc', dirty: true },
};

describe('what becomes of a decision on a proposal', () => {
  let reviews: Reviews;
  let file: ReviewFile;
  let told: string[];
  let applied: ((outcome: Acceptance | Error) => void)[];
  let comments: ((comment: string | undefined) => void)[];
  let decisions: ReviewDecisions;
  beforeEach(() => {
    let ids = 0;
    reviews = new Reviews({ clock: new FakeClock(), log: createLog(() => {}), newId: () => `id${++ids}` });
    const proposal = { path: 'a.md', uri: 'file:///a.md', place: '/a.md', base: 'old', proposed: 'new' };
    const [first] = reviews.open({ name: 'codex', version: '1' }, [proposal]).files;
    assert.ok(first !== undefined);
    file = first;
    told = [];
    applied = [];
    comments = [];
    decisions = new ReviewDecisions({
      reviews,
      proposedText: ({ proposed }) => proposed,
      apply: () =>
        new Promise((resolve, reject) =>
          applied.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
        ),
      showAnew: ({ base }) => {
        told.push(`shows ${base}`);
        return Promise.resolve();
      },
      askComment: () => new Promise((resolve) => comments.push(resolve)),
      warn: (message) => told.push(message),
      fail: (message) => told.push(message),
    });
  });
  afterEach(() => reviews.dispose());

  it('is one acceptance for a double click', async () => {
    const clicks = [decisions.accept(file), decisions.accept(file)];
    assert.equal(applied.length, 1);
    applied[0]?.(accepted);
    await Promise.all(clicks);
    assert.deepEqual([file.outcome?.kind, told], ['accepted', []]);
  });

  it('is another look where the text has changed, and then another click', async () => {
    const first = decisions.accept(file);
    applied[0]?.({ kind: 'changed', base: 'typed' });
    await first;
    assert.deepEqual(told.splice(0), [
      'shows typed',
      'a.md has changed since this was proposed; nothing was applied. The left side now shows the present text: look again, then accept or reject.',
    ]);
    const second = decisions.accept(file);
    applied[1]?.(accepted);
    await second;
    assert.deepEqual([file.outcome?.kind, told], ['accepted', []]);
  });

  it('is a word about the file that is gone, which another click would create', async () => {
    const click = decisions.accept(file);
    applied[0]?.({ kind: 'changed', base: undefined });
    await click;
    assert.deepEqual(told, [
      'shows undefined',
      'a.md was deleted since this was proposed; nothing was applied. The left side is empty now: look again, then accept, which creates the file, or reject.',
    ]);
  });

  it('is what the person writes about a rejection, unless they think better of it', async () => {
    const first = decisions.rejectWithComment(file);
    comments[0]?.(undefined);
    await first;
    assert.equal(file.outcome, undefined);
    const second = decisions.rejectWithComment(file);
    comments[1]?.('no');
    await second;
    assert.deepEqual([file.outcome, told], [{ kind: 'rejected', comment: 'no' }, []]);
  });

  it('is said to be lost where the agent took the proposal back while the person wrote', async () => {
    const rejection = decisions.rejectWithComment(file);
    reviews.cancel(file.review);
    comments[0]?.('no');
    await rejection;
    assert.deepEqual(told, ['a.md does not wait for you any more; the agent is not told what you wrote.']);
  });

  it('is nothing where the review ended meanwhile and nothing was applied', async () => {
    const click = decisions.accept(file);
    reviews.cancel(file.review);
    applied[0]?.({ kind: 'changed', base: 'typed' });
    await click;
    assert.deepEqual(told, []);
  });

  it('is told where the review ended while the change was made', async () => {
    const click = decisions.accept(file);
    reviews.cancel(file.review);
    applied[0]?.(accepted);
    await click;
    assert.deepEqual(told, [
      'a.md was changed, although its review had just ended otherwise. Undo takes the change back.',
    ]);
  });

  it('is a reason where the change cannot be made, and can be tried again', async () => {
    const click = decisions.accept(file);
    applied[0]?.(new Error('It is read-only.'));
    await click;
    assert.deepEqual(told, ['Accepting a.md failed: It is read-only.']);
    void decisions.accept(file);
    assert.equal(applied.length, 2);
  });
});
