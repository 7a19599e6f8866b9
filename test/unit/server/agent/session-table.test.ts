import assert from 'node:assert/strict';
import { AgentSession } from '../../../../server/agent/legacy/agent-session.ts';
import { SessionTable } from '../../../../server/agent/legacy/session-table.ts';
import { limits } from '../../../../shared/limits.ts';
import { createLog } from '../../../../shared/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { fakeContent } from '../../../support/fake-content.ts';

let clock = new FakeClock();
const deps = {
  content: fakeContent({ methods: { wait: () => new Promise<string>(() => undefined) } }).content,
  connectSdk: () => Promise.reject(new Error('no SDK is needed')),
  clock,
  log: createLog(() => undefined),
  keepWatch: () => Promise.resolve(),
};

function session(id: string, name = 'agent'): AgentSession {
  const client = { name, version: '1' };
  const flags = { roots: false, sampling: false, elicitation: false };
  return new AgentSession(id, { version: '2025-11-25', client, ...flags, tokenId: 't', issuedS: 0, random: id }, deps);
}

const wait = { kind: 'request', id: 1, method: 'wait', params: undefined } as const;

const idle = { window: undefined, folder: undefined, key: undefined, notify: undefined };

describe('The session table', () => {
  let table: SessionTable;
  beforeEach(() => {
    clock = new FakeClock();
    table = new SessionTable(clock);
  });
  afterEach(() => {
    table.dispose();
    assert.equal(clock.pending, 0);
  });

  it('counts sessions by agent', () => {
    for (const [id, name] of [
      ['1', 'codex'],
      ['2', 'claude-code'],
      ['3', 'codex'],
    ] as const)
      table.add(session(id, name));
    assert.deepEqual(table.agents, [
      { name: 'codex', version: '1', sessions: 2 },
      { name: 'claude-code', version: '1', sessions: 1 },
    ]);
  });

  const inMemory = (...ids: string[]) => ids.map((id) => table.use(id) !== undefined);

  it('drops beyond its limit the idle session that was unused for longest', async () => {
    const busy = session('busy');
    void busy.request(wait, idle);
    table.add(busy);
    for (let index = 0; index < limits.sessionsIdleMax - 1; index++) table.add(session(String(index)));
    await clock.advance(limits.sessionUseStepMs);
    table.use('0');
    table.add(session('one more'));
    assert.deepEqual(inMemory('busy', '0', '1', '2', 'one more'), [true, true, false, true, true]);
  });

  it('never drops a busy session, however many there are, and the idle ones among them go', () => {
    const count = limits.sessionsIdleMax * 2;
    for (let index = 0; index < count; index++) {
      const busy = session(`busy ${index}`);
      void busy.request(wait, idle);
      table.add(busy);
      if (index % 4 === 0) table.add(session(`idle ${index}`));
    }
    for (let index = 0; index < count; index++) assert.deepEqual(inMemory(`busy ${index}`), [true]);
    const left = Array.from({ length: count }, (_, index) => `idle ${index}`).filter((id) => inMemory(id)[0]);
    assert.ok(left.length <= count / limits.sessionEvictScan, `${left.length} idle sessions are left`);
  });

  it('drops a session that was unused for its time, and no other', async () => {
    table.add(session('unused'));
    const busy = session('busy');
    table.add(busy);
    const answer = busy.request(wait, idle);
    await clock.advance(limits.sessionIdleMs / 2);
    table.add(session('later'));
    await clock.advance(limits.sessionIdleMs / 2);
    assert.deepEqual(table.agents, [{ name: 'agent', version: '1', sessions: 2 }]);
    await clock.advance(limits.sessionIdleMs / 2);
    assert.deepEqual(table.agents, [{ name: 'agent', version: '1', sessions: 1 }]);
    await busy.notify('notifications/cancelled', { params: { requestId: 1 } });
    assert.equal(await answer, undefined);
    await clock.advance(limits.sessionIdleMs);
    assert.deepEqual(table.agents, []);
    assert.equal(clock.pending, 0, 'nothing wakes up an empty table');
    table.add(session('again'));
    await clock.advance(limits.sessionIdleMs);
    assert.deepEqual(table.agents, []);
  });

  it('cancels what runs in a session that ends', async () => {
    table.add(session('1'));
    const answer = table.use('1')?.request(wait, idle);
    assert.ok(table.end('1') && !table.end('1'));
    assert.equal(await answer, undefined);
  });
});
