import assert from 'node:assert/strict';
import { type CallOutcome, MemoryJournal } from '../../../../extension/link/journal.ts';
import type { Effect } from '../../../../shared/define-tool.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('MemoryJournal', () => {
  let clock: FakeClock;
  let journal: MemoryJournal;
  const ended = (content: string) => async (): Promise<CallOutcome> => ({ ok: true, content });
  const call = (id: string, effect: Effect = 'read') => ({ id, tool: 'tool', effect });
  beforeEach(() => {
    clock = new FakeClock();
    journal = new MemoryJournal({ clock });
  });
  afterEach(() => {
    journal.dispose();
    assert.equal(clock.pending, 0, 'a timer outlived the journal');
  });

  it('keeps an outcome for ten minutes after its end', async () => {
    await journal.run(call('one'), ended('1'));
    await clock.advance(60_000);
    await journal.run(call('two'), ended('2'));
    await clock.advance(limits.journalKeepMs - 60_001);
    assert.deepEqual(journal.ids, ['one', 'two']);
    await clock.advance(1);
    assert.deepEqual(journal.ids, ['two']);
    await clock.advance(60_000);
    assert.deepEqual([journal.ids, clock.pending], [[], 0]);
  });

  it('counts the ten minutes from the end of a call and not from its start', async () => {
    let end: (outcome: CallOutcome) => void = () => {};
    const slow = journal.run(call('slow'), () => new Promise((resolve) => (end = resolve)));
    await journal.run(call('fast'), ended('1'));
    await clock.advance(60_000);
    end({ ok: true, content: '2' });
    await slow;
    await clock.advance(limits.journalKeepMs - 60_000);
    assert.deepEqual(journal.ids, ['slow']);
  });

  it('holds no more entries than its limit, the oldest ends first', async () => {
    for (let nth = 0; nth < limits.journalMaxEntries + 3; nth += 1) await journal.run(call(`c${nth}`), ended('x'));
    assert.equal(journal.ids.length, limits.journalMaxEntries);
    assert.equal(journal.ids[0], 'c3');
  });

  it('holds no more bytes than its limit, counted as they go over the wire', async () => {
    const third = 'ü'.repeat(limits.journalMaxBytes / 6);
    for (const id of ['a', 'b', 'c', 'd']) await journal.run(call(id), ended(third));
    assert.deepEqual(journal.ids, ['b', 'c', 'd']);
    journal.forget(['b', 'c']);
    for (const id of ['e', 'f']) await journal.run(call(id), ended(third));
    assert.deepEqual(journal.ids, ['d', 'e', 'f']);
  });

  it('makes room with what no agent can repeat, and lacks a keyed change only when there is nothing else', async () => {
    const keyed = (id: string) => ({ ...call(id, 'write'), fingerprint: 'f' });
    await journal.run(keyed('mine'), ended('x'));
    for (let nth = 0; nth < limits.journalMaxEntries; nth += 1) await journal.run(call(`r${nth}`), ended('x'));
    assert.deepEqual([journal.ids.slice(0, 2), journal.gapMs], [['mine', 'r1'], 0]);
    assert.deepEqual([journal.lacksNone('keyed'), journal.lacksNone('keyless')], [true, true]);
    for (let nth = 0; nth < limits.journalMaxEntries - 1; nth += 1) await journal.run(keyed(`k${nth}`), ended('x'));
    assert.deepEqual([journal.ids[0], journal.gapMs], ['mine', 0]);
    await journal.run(keyed('last'), ended('x'));
    assert.deepEqual([journal.ids[0], journal.gapMs], ['k0', limits.journalKeepMs]);
    assert.deepEqual([journal.lacksNone('keyed'), journal.lacksNone('keyless')], [false, true]);
    await clock.advance(limits.journalKeepMs);
    assert.deepEqual([journal.gapMs, journal.lacksNone('keyed')], [0, true]);
  });

  it('lacks a change without a key when it had to go, which costs no keyed one its proof', async () => {
    await journal.run(call('w', 'write'), ended('x'));
    for (let nth = 0; nth < limits.journalMaxEntries; nth += 1) await journal.run(call(`r${nth}`), ended('x'));
    assert.deepEqual([journal.lacksNone('keyed'), journal.lacksNone('keyless')], [true, false]);
    await clock.advance(limits.journalKeepMs);
  });

  it('never forgets a call that runs', async () => {
    let end: (outcome: CallOutcome) => void = () => {};
    const outcome = journal.run(call('slow'), () => new Promise((resolve) => (end = resolve)));
    for (let nth = 0; nth < limits.journalMaxEntries + 3; nth += 1) await journal.run(call(`c${nth}`), ended('x'));
    journal.forget(['slow']);
    await clock.advance(limits.journalKeepMs);
    assert.deepEqual(journal.ids, ['slow']);
    assert.equal(journal.find('slow')?.outcome, outcome);
    end({ ok: true, content: 'done' });
    assert.deepEqual(await journal.find('slow')?.outcome, { ok: true, content: 'done' });
  });
});
