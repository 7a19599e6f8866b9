import assert from 'node:assert/strict';
import { SentCalls, type SentFile } from '../../../../server/upstream/sent-calls.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('What is noted of calls sent to servers', () => {
  let clock: FakeClock;
  let content: string;
  let lines: readonly string[];
  let broken: boolean;
  let open: () => SentCalls;
  beforeEach(() => {
    clock = new FakeClock();
    content = '';
    broken = false;
    const check = () => {
      if (broken) throw new Error('ENOSPC');
    };
    const file: SentFile = {
      size: () => content.length,
      read: () => content,
      append: (text) => {
        check();
        content += text;
      },
      replace: (text) => {
        check();
        content = text;
      },
    };
    const { log, lines: logged } = memoryLog();
    lines = logged;
    open = () => new SentCalls({ file, clock, log });
  });

  it('is known to the next bridge, and to one beside it, with what certainly did nothing taken back', () => {
    const [first, beside] = [open(), open()];
    first.add('a');
    assert.deepEqual([first.has('a'), beside.has('a'), open().has('a')], [true, true, true]);
    beside.add('b');
    assert.equal(first.has('b'), true);
    first.delete('a');
    assert.deepEqual([first.has('a'), beside.has('a'), open().has('a'), open().has('b')], [false, false, false, true]);
  });

  it('is forgotten after the time for which journals keep theirs', async () => {
    open().add('a');
    await clock.advance(limits.journalKeepMs - 1);
    assert.equal(open().has('a'), true);
    await clock.advance(1);
    assert.equal(open().has('a'), false);
  });

  it('does not grow without end', () => {
    const calls = open();
    for (let n = 0; n <= 2 * limits.keyedCallsMax; n += 1) calls.add(`c${n}`);
    const next = open();
    assert.deepEqual([next.has('c0'), next.has(`c${2 * limits.keyedCallsMax}`)], [false, true]);
    assert.equal(content.split('\n').length - 1, limits.keyedCallsMax);
    assert.equal(open().has(`c${2 * limits.keyedCallsMax}`), true);
  });

  it('is what can be read of a file that somebody else has written to', () => {
    content = `x\n+\n+a ${clock.wallMs()}\n+b nine\n\u0000+c 1`;
    assert.deepEqual([open().has('a'), open().has('b')], [true, false]);
  });

  it('keeps no call back when the disk is full, and says so once', () => {
    broken = true;
    const calls = open();
    calls.add('a');
    calls.add('b');
    assert.equal(calls.has('a'), true);
    assert.equal(lines.filter((line) => line.includes('cannot be remembered: ENOSPC')).length, 1);
  });
});
