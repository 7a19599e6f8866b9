import assert from 'node:assert/strict';
import { AgentSession } from '../../../../server/agent/legacy/agent-session.ts';
import { SessionTable } from '../../../../server/agent/legacy/session-table.ts';
import { limits } from '../../../../shared/limits.ts';
import { createLog } from '../../../../shared/log.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { fakeContent } from '../../../support/fake-content.ts';

const deps = {
  content: fakeContent({ methods: { wait: () => new Promise<string>(() => undefined) } }).content,
  connectSdk: () => Promise.reject(new Error('no SDK is needed')),
  clock: new FakeClock(),
  log: createLog(() => undefined),
};

function session(id: string, name = 'agent'): AgentSession {
  const client = { name, version: '1' };
  const flags = { roots: false, sampling: false, elicitation: false };
  return new AgentSession(id, { version: '2025-11-25', client, ...flags, tokenId: 't', issuedS: 0, random: id }, deps);
}

const wait = { kind: 'request', id: 1, method: 'wait', params: undefined } as const;

describe('The session table', () => {
  it('counts sessions by agent', () => {
    const table = new SessionTable();
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

  it('drops beyond its limit the idle session that was unused for longest', () => {
    const table = new SessionTable();
    const busy = session('busy');
    void busy.request(wait, { window: undefined, folder: undefined, key: undefined, notify: undefined });
    table.add(busy);
    for (let index = 0; index < limits.sessionsMax - 1; index++) table.add(session(String(index)));
    table.use('0');
    table.add(session('one more'));
    assert.deepEqual(
      ['busy', '0', '1', '2', 'one more'].map((id) => table.use(id) !== undefined),
      [true, true, false, true, true],
    );
    table.dispose();
  });

  it('remembers which sessions their clients ended, up to its limit', () => {
    const table = new SessionTable();
    for (let index = 0; index <= limits.terminatedMax; index++) table.markTerminated(String(index));
    assert.deepEqual(
      [table.isTerminated('0'), table.isTerminated('1'), table.isTerminated(String(limits.terminatedMax))],
      [false, true, true],
    );
  });

  it('cancels what runs in a session that ends', async () => {
    const table = new SessionTable();
    table.add(session('1'));
    const answer = table
      .use('1')
      ?.request(wait, { window: undefined, folder: undefined, key: undefined, notify: undefined });
    assert.ok(table.end('1') && !table.end('1'));
    assert.equal(await answer, undefined);
  });
});
