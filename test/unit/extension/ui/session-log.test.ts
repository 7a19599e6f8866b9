import assert from 'node:assert/strict';
import { SessionLog } from '../../../../extension/ui/session-log.ts';
import { memoryLog } from '../../../support/memory-log.ts';

const event = (number: number) => ({ number, kind: 'healed', text: `event ${number}`, atMs: 0 });

describe("What the window's log says of agents' sessions", () => {
  it('is each event of a bridge once, however often the bridge tells of it', () => {
    const { log, lines } = memoryLog();
    const sessionLog = new SessionLog(log);
    sessionLog.take({}, 'a bridge that does not tell');
    sessionLog.take({ sessionEvents: [event(1), event(2)] }, 'one');
    sessionLog.take({ sessionEvents: [event(2), event(3)] }, 'one');
    sessionLog.take({ sessionEvents: [] }, 'one');
    sessionLog.take({ sessionEvents: [event(3)] }, 'one');
    assert.deepEqual(lines, ['info event 1', 'info event 2', 'info event 3']);
  });

  it('begins anew with another bridge, which counts from the start', () => {
    const { log, lines } = memoryLog();
    const sessionLog = new SessionLog(log);
    sessionLog.take({ sessionEvents: [event(1), event(2)] }, 'one');
    sessionLog.take({ sessionEvents: [event(1)] }, 'another');
    assert.deepEqual(lines, ['info event 1', 'info event 2', 'info event 1']);
  });
});
