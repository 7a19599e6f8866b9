import assert from 'node:assert/strict';
import { IdleExit } from '../../../server/idle-exit.ts';
import { Emitter } from '../../../shared/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('the idle exit', () => {
  let clock: FakeClock;
  let changes: Emitter<void>;
  let busy: boolean;
  let lastRequestMs: number;
  let left: number[];
  let idle: IdleExit;

  beforeEach(() => {
    clock = new FakeClock();
    changes = new Emitter();
    busy = false;
    lastRequestMs = 0;
    left = [];
    const start = clock.now();
    idle = new IdleExit({
      idleMs: 600_000,
      clock,
      busy: () => busy,
      lastRequestMs: () => lastRequestMs,
      onDidChange: changes.event,
      onIdle: () => left.push(clock.now() - start),
    });
  });
  afterEach(() => {
    idle.dispose();
    assert.equal(clock.pending, 0);
  });

  it('comes after the time from the start when nobody ever came', async () => {
    await clock.advance(600_000);
    assert.deepEqual(left, [600_000]);
  });

  it('counts from the last request', async () => {
    await clock.advance(400_000);
    lastRequestMs = clock.now();
    await clock.advance(599_999);
    assert.deepEqual(left, []);
    await clock.advance(1);
    assert.deepEqual(left, [1_000_000]);
  });

  it('counts from the moment at which the last window left', async () => {
    busy = true;
    await clock.advance(700_000);
    busy = false;
    changes.fire();
    await clock.advance(599_999);
    assert.deepEqual(left, []);
    await clock.advance(1);
    assert.deepEqual(left, [1_300_000]);
  });

  it('never comes while something is open', async () => {
    busy = true;
    await clock.advance(6_000_000);
    assert.deepEqual(left, []);
  });
});
