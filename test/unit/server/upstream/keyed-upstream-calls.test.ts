import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import { KeyedUpstreamCalls } from '../../../../server/upstream/keyed-upstream-calls.ts';
import { HoldfastError } from '../../../../shared/errors.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('calls of upstream tools under a key', () => {
  let clock: FakeClock;
  let calls: KeyedUpstreamCalls;
  let ran: number;
  let sent: Set<string>;
  beforeEach(() => {
    clock = new FakeClock();
    sent = new Set();
    calls = new KeyedUpstreamCalls({ clock, sent });
    ran = 0;
  });

  const run = async (id: string, work: () => Promise<string>, more: { repeat?: boolean; of?: string } = {}) => {
    const { repeat = false, of = 'write' } = more;
    try {
      return await calls.run({
        identity: { id, repeat },
        fingerprint: of,
        waiter: { signal: new Cancellation() },
        work: () => {
          ran += 1;
          return work();
        },
      });
    } catch (error) {
      return error instanceof HoldfastError ? error.code : String(error);
    }
  };
  const done =
    (text = 'done') =>
    () =>
      Promise.resolve(text);

  it('run once: the same key joins the running call, and then gets its answer', async () => {
    const both = [run('a', done('first')), run('a', done('second'), { repeat: true })];
    assert.deepEqual(await Promise.all(both), ['first', 'first']);
    assert.equal(await run('a', done('third')), 'first');
    assert.equal(ran, 1);
  });

  it('are refused with a key of another call, and not run when an earlier bridge may have sent them', async () => {
    await run('a', done());
    assert.equal(await run('a', done(), { of: 'other' }), 'invalid_input');
    assert.equal(await run('b', done(), { repeat: true }), 'outcome_unknown');
    assert.equal(ran, 1);
  });

  it('are not run when a bridge has noted that they may have been sent, also without a word of the agent', async () => {
    const noted: unknown[] = [];
    await run('a', () => {
      noted.push(...sent);
      return done()();
    });
    assert.deepEqual(noted, ['a'], 'before it is sent');
    calls = new KeyedUpstreamCalls({ clock, sent });
    assert.equal(await run('a', done()), 'outcome_unknown');
    assert.equal(ran, 1);
  });

  it('may be asked anew when they certainly did nothing, and not when that is unknown', async () => {
    const fail = (executed: 'no' | 'unknown') => () =>
      Promise.reject(new HoldfastError('upstream_unavailable', 'away', { executed, hint: 'wait' }));
    assert.equal(await run('a', fail('no')), 'upstream_unavailable');
    assert.equal(sent.size, 0);
    assert.equal(await run('a', done()), 'done');
    assert.equal(await run('b', fail('unknown')), 'upstream_unavailable');
    assert.equal(await run('b', done()), 'upstream_unavailable');
    assert.equal(ran, 3);
  });

  it('are not run again after their answer was acknowledged or given up for newer ones', async () => {
    await run('a', done());
    calls.acknowledge(['a', 'never heard of']);
    assert.equal(await run('a', done()), 'outcome_unknown');
    const large = 'x'.repeat(limits.upstreamKeptMaxChars - 10);
    await run('b', done(large));
    await run('c', done('newer than the large one'));
    assert.equal(await run('b', done()), 'outcome_unknown');
    assert.equal(await run('c', done()), 'newer than the large one');
    assert.equal(ran, 3);
  });

  it('are forgotten after the time for which journals keep theirs', async () => {
    await run('a', done('old'));
    await clock.advance(limits.journalKeepMs + 1);
    sent.clear();
    assert.equal(await run('a', done('new')), 'new');
  });
});
