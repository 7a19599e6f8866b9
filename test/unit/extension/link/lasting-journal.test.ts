import assert from 'node:assert/strict';
import type { CallOutcome } from '../../../../extension/link/journal.ts';
import { LastingJournal } from '../../../../extension/link/lasting-journal.ts';
import type { Effect } from '../../../../shared/define-tool.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeJournalDisk } from '../../../support/fake-journal-disk.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('LastingJournal', () => {
  let clock: FakeClock;
  let disk: FakeJournalDisk;
  let lines: string[];
  /** How much of a write a crash leaves. */
  let torn: number;
  const journals: LastingJournal[] = [];

  beforeEach(() => {
    clock = new FakeClock();
    torn = 0.5;
    disk = new FakeJournalDisk(clock, () => torn);
    lines = [];
  });
  afterEach(() => {
    for (const journal of journals.splice(0)) journal.dispose();
  });

  async function open(fresh = false): Promise<LastingJournal> {
    const { log, lines: logged } = memoryLog();
    lines = logged;
    const journal = new LastingJournal({ clock, log });
    journals.push(journal);
    void journal.open(disk.open(), fresh);
    await clock.advance(10);
    return journal;
  }

  const said = (content: string): CallOutcome => ({ ok: true, content });
  async function change(journal: LastingJournal, id: string, outcome = said(id), effect: Effect = 'write') {
    const running = journal.run({ id, tool: 'tool', effect, fingerprint: 'f' }, () => Promise.resolve(outcome));
    await clock.advance(10);
    return running;
  }
  const records = () => (disk.content ?? '').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).t]));
  async function outcomeOf(journal: LastingJournal, id: string): Promise<string | undefined> {
    const outcome = await journal.find(id)?.outcome;
    if (outcome === undefined) return undefined;
    return outcome.ok ? outcome.content : `${outcome.error.code}, executed ${outcome.error.executed}`;
  }
  const restart = (): Promise<LastingJournal> => {
    disk.crash();
    return open();
  };

  it('has the intent of a change on disk before its effect, and the outcome after', async () => {
    const journal = await open(true);
    const seen: unknown[] = [];
    void journal.run({ id: 'c', tool: 'tool', effect: 'write' }, async () => {
      seen.push(records());
      return said('done');
    });
    await clock.advance(0.5);
    assert.deepEqual(seen, [], 'it ran before the intent was kept');
    await clock.advance(10);
    assert.deepEqual([seen, records()], [[['journal', 'intent']], ['journal', 'intent', 'end']]);
  });

  it('keeps the last outcome of a call that was forgotten, because it did nothing but ask, and then ran', async () => {
    const pending = new HoldfastError('approval_pending', 'asked', { hint: 'again' }).info;
    const journal = await open(true);
    await change(journal, 'c', { ok: false, error: pending });
    journal.forget(['c']);
    await change(journal, 'c', said('done'));
    const next = await restart();
    assert.equal(await outcomeOf(next, 'c'), 'done');
    assert.ok(next.lacksNone('keyed'), 'nothing was lost by it');
  });

  it('writes nothing for a read, and does not let it wait', async () => {
    const journal = await open(true);
    let ran = false;
    void journal.run({ id: 'c', tool: 'tool', effect: 'read' }, async () => {
      ran = true;
      return said('done');
    });
    assert.equal(ran, true);
    await clock.advance(10);
    assert.deepEqual(records(), ['journal']);
  });

  it('answers in the next life what ended, and says of what did not that it is not known', async () => {
    const journal = await open(true);
    await change(journal, 'ended');
    await change(journal, 'failed', {
      ok: false,
      error: { code: 'no_match', message: 'm', hint: 'h', retryable: false, executed: 'no' },
    });
    void journal.run({ id: 'running', tool: 'tool', effect: 'write' }, () => new Promise(() => {}));
    await clock.advance(10);
    const next = await restart();
    assert.deepEqual(next.ids, ['ended', 'failed', 'running']);
    assert.deepEqual(await Promise.all(next.ids.map((id) => outcomeOf(next, id))), [
      'ended',
      'no_match, executed no',
      'outcome_unknown, executed unknown',
    ]);
    assert.equal(next.find('ended')?.call.fingerprint, 'f');
    assert.equal(next.gapMs, 0);
    assert.equal((await restart()).ids.length, 3);
  });

  it('knows that a call whose intent was torn has never begun', async () => {
    const journal = await open(true);
    let ran = false;
    void journal.run({ id: 'c', tool: 'tool', effect: 'write' }, async () => {
      ran = true;
      return said('done');
    });
    await clock.advance(0.5);
    const next = await restart();
    assert.deepEqual([next.ids, next.lacksNone('keyed'), ran], [[], true, false]);
  });

  it('survives an end of the host at every byte of what it writes', async () => {
    const journal = await open(true);
    await change(journal, 'a');
    await change(journal, 'b');
    journal.forget(['a']);
    await clock.advance(10);
    const whole = disk.content ?? '';
    const heads = whole.indexOf('\n') + 1;
    for (let length = heads; length <= whole.length; length += 1) {
      disk.content = whole.slice(0, length);
      const next = await restart();
      assert.equal(next.gapMs, 0, `a gap after ${length} bytes`);
      for (const id of next.ids) {
        assert.match((await outcomeOf(next, id)) ?? '', new RegExp(`^(${id}|outcome_unknown, executed unknown)$`));
      }
    }
  });

  it('tells of a gap when the file is damaged, empty or gone, until no repeat can come any more', async () => {
    await change(await open(true), 'c');
    for (const content of [`${disk.content}nonsense\n`, '', 'nonsense\n', undefined]) {
      disk.content = content;
      const next = await restart();
      assert.ok(next.gapMs > 0, `no gap with ${content}`);
      await clock.advance(limits.journalKeepMs);
      assert.equal(next.gapMs, 0);
    }
  });

  it('carries a gap over to the next life', async () => {
    disk.content = 'nonsense\n';
    await restart();
    await clock.advance(60_000);
    const next = await restart();
    assert.ok(next.gapMs > limits.journalKeepMs - 62_000 && next.gapMs < limits.journalKeepMs - 59_000);
  });

  it('forgets on disk what was acknowledged', async () => {
    const journal = await open(true);
    await change(journal, 'a');
    await change(journal, 'b');
    journal.forget(['a']);
    await clock.advance(10);
    assert.deepEqual((await restart()).ids, ['b']);
  });

  it('runs on when the disk is full, and its next life knows of the gap', async () => {
    const journal = await open(true);
    disk.full = true;
    assert.deepEqual(await change(journal, 'c'), said('c'));
    assert.deepEqual(
      lines.filter((line) => line.startsWith('warn')).map((line) => line.replace(/;.*/, '')),
      ['warn the journal of calls cannot be written (no space left)'],
    );
    assert.ok((await restart()).gapMs > 0);
  });

  it('brings the whole journal back to a disk that has room again', async () => {
    const journal = await open(true);
    await change(journal, 'a');
    disk.full = true;
    await change(journal, 'b');
    disk.full = false;
    await change(journal, 'c');
    const next = await restart();
    assert.deepEqual([next.ids, next.gapMs], [['a', 'b', 'c'], 0]);
  });

  it('refuses a change that its next life would take for one that never came', async () => {
    const journal = await open(true);
    disk.readOnly = true;
    const outcome = await change(journal, 'c');
    assert.ok(!outcome.ok);
    assert.deepEqual([outcome.error.code, outcome.error.executed], ['save_failed', 'no']);
  });

  it('keeps of a huge result only that there was one', async () => {
    await change(await open(true), 'c', said('x'.repeat(limits.journalKeptResultMaxChars + 1)));
    assert.equal(await outcomeOf(await restart(), 'c'), 'outcome_unknown, executed yes');
  });

  it('writes the file anew when it has grown, with no more than it has to hold', async () => {
    const journal = await open(true);
    const text = 'x'.repeat(limits.journalKeptResultMaxChars - 100);
    for (let nth = 0; nth < 12; nth += 1) {
      await change(journal, `c${nth}`, said(text));
      if (nth < 11) journal.forget([`c${nth}`]);
    }
    await clock.advance(10);
    assert.ok((disk.content?.length ?? 0) < 2 * limits.journalFileMaxChars);
    assert.deepEqual((await restart()).ids, ['c11']);
  });

  it('starts nothing once it is closed, and writes nothing any more', async () => {
    const journal = await open(true);
    const closing = journal.close();
    const outcome = await change(journal, 'c');
    await closing;
    assert.ok(!outcome.ok);
    assert.deepEqual([outcome.error.code, outcome.error.executed, records()], ['cancelled', 'no', ['journal']]);
  });

  it('goes on in another place, with all that it has', async () => {
    const journal = await open(true);
    await change(journal, 'a');
    const other = new FakeJournalDisk(clock, () => 0.5);
    void journal.moveTo(other.open());
    await clock.advance(10);
    const left = disk.content;
    await change(journal, 'b');
    assert.equal(disk.content, left);
    disk = other;
    assert.deepEqual((await restart()).ids, ['a', 'b']);
  });

  it('is as good as memory without a place', async () => {
    const journal = new LastingJournal({ clock, log: memoryLog().log });
    journals.push(journal);
    await journal.open(undefined, false);
    assert.deepEqual(await change(journal, 'c'), said('c'));
    assert.ok(journal.gapMs > 0);
  });
});
