import assert from 'node:assert/strict';
import { SessionEvents } from '../../../../server/agent/legacy/session-events.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

const client = { name: 'codex', version: '1' };
const stale = { kind: 'stale', detail: 'unknown', client } as const;

describe('What happens to sessions', () => {
  it('is counted each time, and told once in a while with how often it went untold', async () => {
    const clock = new FakeClock();
    const { log, lines } = memoryLog();
    const events = new SessionEvents({ clock, log });
    for (let repeat = 0; repeat < 1_000; repeat++) events.add(stale);
    await clock.advance(limits.sessionEventMs);
    events.add(stale);
    events.add(stale);
    const text = 'the session id of codex 1 is stale (unknown): told it to initialize again';
    assert.deepEqual(lines, [`info ${text}`, `info ${text} (999 more times before)`]);
    const { counters, sessionEvents } = events.status;
    assert.deepEqual(counters, { stale: 1_002, healed: 0, rehydrated: 0 });
    assert.deepEqual(
      sessionEvents.map((event) => [event.number, event.kind, event.text]),
      [
        [1, 'stale', text],
        [2, 'stale', `${text} (999 more times before)`],
      ],
    );
  });

  it('is told of each agent and each kind apart', () => {
    const { log, lines } = memoryLog();
    const events = new SessionEvents({ clock: new FakeClock(), log });
    events.add(stale);
    events.add({ ...stale, detail: 'foreign' });
    events.add({ ...stale, client: { name: 'other', version: '1' } });
    events.add({ kind: 'healed', detail: 'unknown', client });
    events.add({ kind: 'rehydrated', client });
    assert.equal(lines.length, 5);
    assert.deepEqual(events.status.counters, { stale: 3, healed: 1, rehydrated: 1 });
  });

  it('is kept for the windows up to a limit, the latest', () => {
    const events = new SessionEvents({ clock: new FakeClock(), log: memoryLog().log });
    for (let index = 0; index < 1_000; index++) events.add({ ...stale, client: { name: `a${index}`, version: '1' } });
    const { sessionEvents } = events.status;
    assert.equal(sessionEvents.length, limits.sessionEventsMax);
    assert.equal(sessionEvents.at(-1)?.number, 1_000);
  });
});
