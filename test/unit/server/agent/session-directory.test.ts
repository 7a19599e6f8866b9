import assert from 'node:assert/strict';
import { AgentSession } from '../../../../server/agent/legacy/agent-session.ts';
import { createSdkServers, type SdkServer } from '../../../../server/agent/legacy/sdk-server.ts';
import { SessionDirectory, type StaleId } from '../../../../server/agent/legacy/session-directory.ts';
import { createSessionIds } from '../../../../server/agent/legacy/session-id.ts';
import type { StalePolicy } from '../../../../server/agent/legacy/stale-policy.ts';
import { hmacSha256 } from '../../../../server/crypto.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { fakeContent } from '../../../support/fake-content.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { MemoryRecords } from '../../../support/memory-records.ts';

const client = { name: 'codex', version: '1.2' };
const negotiated = { version: '2025-06-18', client, roots: true, sampling: false, elicitation: true };
const said = { version: '2025-03-26', client: { name: 'node', version: 'unknown' } };
const context = { window: undefined, folder: undefined, key: undefined, notify: undefined };
const ask = (method: string, params?: object) => ({ kind: 'request', id: 1, method, params }) as const;

describe('The directory of sessions', () => {
  let clock: FakeClock;
  let records: MemoryRecords;
  let servers: SdkServer[];
  let directory: SessionDirectory;

  /** A bridge that starts now on the same records. */
  function start(onStale: StalePolicy = 'heal', sessionKey = 'key'): SessionDirectory {
    const { log } = memoryLog();
    const { content } = fakeContent({
      capabilities: { resources: { subscribe: true }, logging: {} },
      resources: ['a:'],
      methods: { wait: () => new Promise<string>(() => undefined) },
    });
    const connect = createSdkServers({ version: '0', content });
    let count = 0;
    return new SessionDirectory({
      content,
      connectSdk: async (channel) => {
        const server = await connect(channel);
        servers.push(server);
        return server;
      },
      sessionIds: createSessionIds({
        hmac: hmacSha256,
        sessionKey,
        token: 'token',
        clock,
        randomToken: () => `${clock.wallMs()}-${count++}`,
      }),
      records,
      onStale,
      clock,
      log,
    });
  }

  beforeEach(() => {
    clock = new FakeClock();
    records = new MemoryRecords();
    servers = [];
    directory = start();
  });
  afterEach(() => {
    directory.dispose();
    assert.equal(clock.pending, 0);
  });

  const live = (found: AgentSession | StaleId): AgentSession => {
    assert.ok(found instanceof AgentSession);
    return found;
  };
  const stale = (found: AgentSession | StaleId): StaleId => {
    assert.ok(!(found instanceof AgentSession));
    return found;
  };

  it('lets an unused session leave memory, and finds it again as it was', async () => {
    const session = directory.open(negotiated);
    await session.request(ask('logging/setLevel', { level: 'debug' }), context);
    await session.request(ask('resources/subscribe', { uri: 'a:' }), context);
    await clock.advance(limits.sessionIdleMs);
    assert.deepEqual(directory.agents, []);
    const back = live(directory.find(session.id));
    assert.notEqual(back, session);
    assert.deepEqual([back.claims, back.notice], [session.claims, undefined]);
    assert.deepEqual(directory.status.counters, { stale: 0, healed: 0, rehydrated: 1 });
    assert.equal(live(directory.find(session.id)), back);
  });

  it('keeps a session with a running request in memory, even beyond its age', async () => {
    const session = directory.open(negotiated);
    const running = session.request(ask('wait'), context);
    await clock.advance(limits.sessionMaxAgeMs + limits.sessionIdleMs);
    assert.equal(directory.find(session.id), session);
    await session.notify('notifications/cancelled', { params: { requestId: 1 } });
    assert.equal(await running, undefined);
    assert.equal(stale(directory.find(session.id)).detail, 'expired');
  });

  it("tells a new SDK server what the session's client once said of itself, and nobody hears the answer", async () => {
    const { id } = directory.open(negotiated);
    directory.dispose();
    directory = start();
    const answer = await live(directory.find(id)).request(ask('ping'), context);
    assert.deepEqual(JSON.parse(answer ?? ''), { jsonrpc: '2.0', id: 1, result: {} });
    assert.equal(servers.length, 1);
    assert.deepEqual(servers[0]?.getClientVersion(), client);
    assert.deepEqual(Object.keys(servers[0]?.getClientCapabilities() ?? {}).sort(), ['elicitation', 'roots']);
  });

  it('heals an expired session into one with what it had negotiated', async () => {
    const { id } = directory.open(negotiated);
    await clock.advance(limits.sessionMaxAgeMs + 1_000);
    const dead = stale(directory.find(id));
    assert.deepEqual([dead.detail, directory.heal(dead, said)], ['expired', undefined]);
    const fresh = live(directory.find(directory.heal(dead, said)?.id ?? ''));
    const { version, roots, sampling, elicitation } = fresh.claims;
    assert.deepEqual({ version, client: fresh.claims.client, roots, sampling, elicitation }, negotiated);
    assert.equal(live(directory.find(id)), fresh);
    assert.equal(directory.deadDetail(id, fresh), 'expired');
    assert.equal(directory.deadDetail(fresh.id, fresh), undefined);
  });

  it('heals what it cannot read into one with what the request says', () => {
    directory.dispose();
    directory = start('adopt');
    const fresh = directory.heal(stale(directory.find('another server')), said);
    const { version, roots } = live(directory.find(fresh?.id ?? '')).claims;
    assert.deepEqual([version, fresh?.claims.client, roots], [said.version, said.client, false]);
    const invented = Buffer.from('["1999-01-01","x","1",7,"t",0,"r"]').toString('base64url');
    const second = directory.heal(stale(directory.find(`hf1.${invented}.AAAA`)), said);
    assert.deepEqual([second?.claims.version, second?.claims.roots], [said.version, false]);
  });

  it('leads a dead id to its fresh session after a restart, until that one is void too', async () => {
    directory.dispose();
    directory = start('adopt');
    const fresh = directory.heal(stale(directory.find('dead')), said);
    await clock.settle();
    directory.dispose();
    directory = start('adopt');
    assert.equal(live(directory.find('dead')).id, fresh?.id);
    directory.dispose();
    directory = start('adopt', 'another key');
    const dead = stale(directory.find('dead'));
    assert.equal(dead.detail, 'unknown');
    assert.notEqual(directory.heal(dead, said)?.id, fresh?.id);
    await clock.settle();
  });

  it('remembers which ids were surfaced, the latest of very many', () => {
    const repeated = (id: string) => directory.heal(stale(directory.find(id)), said) !== undefined;
    assert.equal(repeated('first'), false);
    for (let index = 0; index < limits.staleIdsMax; index++) repeated(String(index));
    assert.deepEqual([repeated('first'), repeated(String(limits.staleIdsMax - 1))], [false, true]);
  });
});
