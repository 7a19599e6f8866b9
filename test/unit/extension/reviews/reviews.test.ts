import assert from 'node:assert/strict';
import { isPending, type Outcome, type Proposal, Reviews } from '../../../../extension/reviews/reviews.ts';
import { presentReviews } from '../../../../extension/ui/review-text.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { createLog } from '../../../../shared/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

const agent = { name: 'codex', version: '1' };
const proposal = (path: string, base = 'old'): Proposal => ({
  path,
  uri: `file:///${path}`,
  place: `/${path}`,
  base,
  proposed: 'new',
});
const accepted: Outcome = {
  kind: 'accepted',
  editedText: undefined,
  version: 2,
  sha: 'abc',
  dirty: true,
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof HoldfastError ? error.code : String(error);
  }
  return 'nothing thrown';
};

describe('reviews', () => {
  let clock: FakeClock;
  let reviews: Reviews;
  let told: string[];
  beforeEach(() => {
    clock = new FakeClock();
    let ids = 0;
    reviews = new Reviews({ clock, log: createLog(() => {}), newId: () => `id${++ids}` });
    told = [];
    reviews.onDidOpen(({ id }) => told.push(`opened ${id}`));
    reviews.onDidDecide(({ path, outcome }) => told.push(`${outcome?.kind} ${path}`));
  });
  afterEach(() => {
    reviews.dispose();
    assert.equal(clock.pending, 0);
  });

  it('say in the log how many files they have and what became of them', () => {
    const { log, lines } = memoryLog();
    let ids = 0;
    const logged = new Reviews({ clock, log, newId: () => `id${++ids}` });
    logged.cancel(logged.open(agent, [proposal('a')]));
    logged.dispose();
    assert.deepEqual(lines, ['info review id1 of 1 file for codex', 'info review id1: cancelled a']);
  });

  it('wait for a decision on each file, and tell of each once', () => {
    const review = reviews.open(agent, [proposal('a'), proposal('b')]);
    const [a, b] = review.files;
    assert.ok(a !== undefined && b !== undefined);
    assert.ok(reviews.decide(a, accepted));
    assert.ok(isPending(reviews.get(review.id)));
    assert.ok(reviews.decide(b, { kind: 'rejected', comment: 'no' }));
    assert.ok(!isPending(reviews.get(review.id)));
    assert.deepEqual(told, [`opened ${review.id}`, 'accepted a', 'rejected b']);
  });

  it('take a decision once: a tab that closes after it dismisses nothing', () => {
    const [file] = reviews.open(agent, [proposal('a')]).files;
    assert.ok(file !== undefined && reviews.decide(file, accepted));
    assert.equal(reviews.decide(file, { kind: 'dismissed' }), false);
    assert.equal(file.outcome?.kind, 'accepted');
    assert.equal(reviews.find(file.key), undefined);
  });

  it('keep no texts of what is decided, only its outcome', () => {
    const { id, files } = reviews.open(agent, [proposal('a')]);
    const [file] = files;
    assert.ok(file !== undefined && reviews.decide(file, { ...accepted, editedText: 'mine' }));
    const [kept] = reviews.get(id).files;
    assert.deepEqual([kept?.base, kept?.proposed], [undefined, '']);
    assert.deepEqual(kept?.outcome, { ...accepted, editedText: 'mine' });
  });

  it('keep the keys of their files from their ids, which agents know', () => {
    const { id, files } = reviews.open(agent, [proposal('a')]);
    assert.equal(reviews.find(id), undefined);
    assert.equal(reviews.find(files[0]?.key ?? ''), files[0]);
  });

  it('cancel only what is open of one review, and leave others alone', () => {
    const mine = reviews.open(agent, [proposal('a'), proposal('b')]);
    const theirs = reviews.open({ name: 'other', version: '1' }, [proposal('a')]);
    const [first] = mine.files;
    assert.ok(first !== undefined && reviews.decide(first, accepted));
    reviews.cancel(mine);
    assert.deepEqual(
      mine.files.map(({ outcome }) => outcome?.kind),
      ['accepted', 'cancelled'],
    );
    assert.ok(isPending(theirs));
  });

  it('are taken back when their agent has gone, and nobody else’s with them', () => {
    const gone = reviews.open({ ...agent, session: 's1' }, [proposal('a')]);
    const other = reviews.open({ ...agent, session: 's2' }, [proposal('a')]);
    const nameless = reviews.open(agent, [proposal('a')]);
    reviews.agentsEnded(['s0', 's1']);
    assert.deepEqual([gone, other, nameless].map(isPending), [false, true, true]);
    assert.equal(gone.files[0]?.outcome?.kind, 'cancelled');
  });

  it('stand against a newer base once the person has been shown it', () => {
    const [file] = reviews.open(agent, [proposal('a')]).files;
    assert.ok(file !== undefined);
    reviews.rebase(file, 'typed meanwhile');
    assert.equal(reviews.find(file.key)?.base, 'typed meanwhile');
  });

  it('are given up after a day that nobody decides', async () => {
    const review = reviews.open(agent, [proposal('a')]);
    await clock.advance(limits.reviewExpiryMs - 1);
    assert.ok(isPending(review));
    await clock.advance(1);
    assert.equal(review.files[0]?.outcome?.kind, 'dismissed');
  });

  it('are refused when too many wait or their texts are too long, and opened for nobody then', () => {
    assert.equal(
      codeOf(() => reviews.open(agent, [proposal('a', 'x'.repeat(limits.reviewMaxChars))])),
      'too_large',
    );
    for (let count = 0; count < limits.reviewsMax; count += 1) reviews.open(agent, [proposal('a')]);
    assert.equal(
      codeOf(() => reviews.open(agent, [proposal('a')])),
      'busy',
    );
    assert.equal(reviews.pending.length, limits.reviewsMax);
  });

  it('forget old outcomes, never what waits', () => {
    const waiting = reviews.open(agent, [proposal('w')]);
    const first = reviews.open(agent, [proposal('a')]);
    reviews.cancel(first);
    for (let count = 0; count < limits.reviewsKept; count += 1) reviews.cancel(reviews.open(agent, [proposal('a')]));
    reviews.open(agent, [proposal('a')]);
    assert.equal(
      codeOf(() => reviews.get(first.id)),
      'not_found',
    );
    assert.equal(reviews.get(waiting.id), waiting);
  });

  it('are a count in the status bar, and nothing when none waits', () => {
    assert.equal(presentReviews([]), undefined);
    const { files } = reviews.open({ name: 'a\nb', version: '1' }, [
      proposal('x'),
      { ...proposal('y'), base: undefined },
    ]);
    assert.deepEqual(presentReviews(files), {
      text: '$(git-compare) Holdfast: 2 proposals',
      label: 'Holdfast: 2 proposals to review',
      tooltip: 'Agents propose changes for you to review:\n• x, proposed by a b\n• y (new file), proposed by a b',
    });
  });
});
