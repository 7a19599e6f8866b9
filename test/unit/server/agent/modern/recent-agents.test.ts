import assert from 'node:assert/strict';
import { RecentAgents } from '../../../../../server/agent/modern/recent-agents.ts';
import { limits } from '../../../../../shared/limits.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { memoryLog } from '../../../../support/memory-log.ts';

const a = { name: 'a', version: '1' };
const b = { name: 'b', version: '1' };

describe('Recent agents', () => {
  const setUp = () => {
    const clock = new FakeClock();
    const { log, lines } = memoryLog();
    const recent = new RecentAgents({ clock, log });
    return { clock, lines, recent, names: () => recent.agents.map(({ name }) => name) };
  };

  it('are those that asked a short time ago, each once', async () => {
    const { clock, recent, names } = setUp();
    recent.see(a);
    recent.see(a);
    await clock.advance(limits.agentSeenMs - 1);
    recent.see(b);
    assert.deepEqual(recent.agents, [
      { ...a, sessions: 1 },
      { ...b, sessions: 1 },
    ]);
    await clock.advance(2);
    assert.deepEqual(names(), ['b']);
    recent.see(a);
    assert.deepEqual(names(), ['b', 'a']);
  });

  it('are those with an open stream, for as long as one is open', async () => {
    const { clock, recent, names } = setUp();
    const held = [recent.hold(a), recent.hold(a)];
    await clock.advance(2 * limits.agentSeenMs);
    held[0]?.dispose();
    held[0]?.dispose();
    await clock.advance(2 * limits.agentSeenMs);
    assert.deepEqual(names(), ['a']);
    held[1]?.dispose();
    assert.deepEqual(names(), ['a']);
    await clock.advance(limits.agentSeenMs + 1);
    assert.deepEqual(names(), []);
  });

  it('are logged when they come, and when they come back', async () => {
    const { clock, lines, recent } = setUp();
    recent.see(a);
    recent.see(a);
    await clock.advance(limits.agentSeenMs + 1);
    recent.see(a);
    assert.deepEqual(
      lines,
      Array.from({ length: 2 }, () => 'info a 1 is here (without a session)'),
    );
  });

  it('are bounded: the one unseen for longest goes, unless its stream is open', () => {
    const { recent, names } = setUp();
    recent.hold(a);
    recent.see(b);
    for (let index = 1; index < limits.agentsSeenMax; index++) recent.see({ name: `n${index}`, version: '1' });
    assert.deepEqual([names().length, names().slice(0, 2)], [limits.agentsSeenMax, ['a', 'n1']]);
  });
});
