import assert from 'node:assert/strict';
import { type CallOutcome, MemoryJournal } from '../../../../extension/link/journal.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('MemoryJournal', () => {
  let clock: FakeClock;
  let journal: MemoryJournal;
  const ended = (content: string) => async (): Promise<CallOutcome> => ({ ok: true, content });
  beforeEach(() => {
    clock = new FakeClock();
    journal = new MemoryJournal({ clock });
  });
  afterEach(() => {
    journal.dispose();
    assert.equal(clock.pending, 0, 'a timer outlived the journal');
  });

  it('keeps an outcome for ten minutes after its end', async () => {
    await journal.run({ id: 'one' }, ended('1'));
    await clock.advance(60_000);
    await journal.run({ id: 'two' }, ended('2'));
    await clock.advance(limits.journalKeepMs - 60_001);
    assert.deepEqual(journal.ids, ['one', 'two']);
    await clock.advance(1);
    assert.deepEqual(journal.ids, ['two']);
    await clock.advance(60_000);
    assert.deepEqual([journal.ids, clock.pending], [[], 0]);
  });

  it('counts the ten minutes from the end of a call and not from its start', async () => {
    let end: (outcome: CallOutcome) => void = () => {};
    const slow = journal.run({ id: 'slow' }, () => new Promise((resolve) => (end = resolve)));
    await journal.run({ id: 'fast' }, ended('1'));
    await clock.advance(60_000);
    end({ ok: true, content: '2' });
    await slow;
    await clock.advance(limits.journalKeepMs - 60_000);
    assert.deepEqual(journal.ids, ['slow']);
  });

  it('holds no more entries than its limit, the oldest ends first', async () => {
    for (let call = 0; call < limits.journalMaxEntries + 3; call += 1)
      await journal.run({ id: `c${call}` }, ended('x'));
    assert.equal(journal.ids.length, limits.journalMaxEntries);
    assert.equal(journal.ids[0], 'c3');
  });

  it('holds no more bytes than its limit, counted as they go over the wire', async () => {
    const third = 'ü'.repeat(limits.journalMaxBytes / 6);
    for (const id of ['a', 'b', 'c', 'd']) await journal.run({ id }, ended(third));
    assert.deepEqual(journal.ids, ['b', 'c', 'd']);
    journal.forget(['b', 'c']);
    for (const id of ['e', 'f']) await journal.run({ id }, ended(third));
    assert.deepEqual(journal.ids, ['d', 'e', 'f']);
  });

  it('never forgets a call that runs', async () => {
    let end: (outcome: CallOutcome) => void = () => {};
    const outcome = journal.run({ id: 'slow' }, () => new Promise((resolve) => (end = resolve)));
    for (let call = 0; call < limits.journalMaxEntries + 3; call += 1)
      await journal.run({ id: `c${call}` }, ended('x'));
    journal.forget(['slow']);
    await clock.advance(limits.journalKeepMs);
    assert.deepEqual(journal.ids, ['slow']);
    assert.equal(journal.find('slow'), outcome);
    end({ ok: true, content: 'done' });
    assert.deepEqual(await journal.find('slow'), { ok: true, content: 'done' });
  });
});
