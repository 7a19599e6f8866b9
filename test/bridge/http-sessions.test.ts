import assert from 'node:assert/strict';
import { staleSessionBody } from '../../server/agent/legacy/stale-session.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest, mcpHeaders, openSession, postMcp, type RawAnswer, rawHttp } from '../support/raw-http.ts';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('Agent sessions over HTTP', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(async () => bridge.dispose());

  const end = (session: object): Promise<RawAnswer> =>
    rawHttp(bridge.port, { method: 'DELETE', headers: mcpHeaders(bridge.token, { ...session }) });

  describe('initialize', () => {
    for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
      it(`negotiates ${version}`, async () => {
        const answer = await postMcp(bridge, initializeRequest(version));
        assert.equal(JSON.parse(answer.text).result.protocolVersion, version);
        assert.match(String(answer.headers['mcp-session-id']), /^hf1\./);
      });
    }

    it('answers the latest version to one that it does not know', async () => {
      for (const version of ['1999-01-01', '2026-07-28', '']) {
        const answer = await postMcp(bridge, initializeRequest(version));
        assert.equal(JSON.parse(answer.text).result.protocolVersion, '2025-11-25');
      }
    });

    it('tells who serves, what it can do, and how to use it in at most 150 words', async () => {
      const { result } = JSON.parse((await postMcp(bridge, initializeRequest())).text);
      assert.equal(result.serverInfo.name, 'holdfast');
      assert.deepEqual(result.capabilities, {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      });
      assert.ok(String(result.instructions).split(/\s+/).length <= 150);
    });

    it('is refused without what it needs', async () => {
      for (const params of [
        undefined,
        {},
        { protocolVersion: '2025-11-25' },
        { protocolVersion: 1, capabilities: {}, clientInfo: {} },
      ]) {
        const answer = await postMcp(bridge, { jsonrpc: '2.0', id: 7, method: 'initialize', params });
        const { id, error } = JSON.parse(answer.text);
        assert.deepEqual([answer.status, id, error.code], [400, 7, -32_602]);
      }
    });

    it('with a stale id, or a live one, makes a new session', async () => {
      const first = await openSession(bridge);
      for (const id of ['dead', first['mcp-session-id']]) {
        const answer = await postMcp(bridge, initializeRequest(), { 'mcp-session-id': id });
        assert.equal(answer.status, 200);
        assert.notEqual(answer.headers['mcp-session-id'], id);
      }
    });

    it('ignores a version header, which belongs to later requests', async () => {
      assert.equal((await postMcp(bridge, initializeRequest(), { 'mcp-protocol-version': 'nonsense' })).status, 200);
    });
  });

  describe('a request', () => {
    it('without a session id is refused with 400 -32000', async () => {
      for (const method of ['ping', 'tools/list', 'tools/call', 'notifications/initialized']) {
        const id = method.startsWith('notifications') ? {} : { id: 1 };
        const answer = await postMcp(bridge, { jsonrpc: '2.0', method, ...id });
        assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32_000], method);
      }
    });

    it('with an unsupported or malformed version header is refused with 400', async () => {
      const session = await openSession(bridge);
      for (const version of ['1999-01-01', 'nonsense', '2099-01-01', '2025-11-25, 2025-06-18']) {
        const answer = await postMcp(bridge, ping, { ...session, 'mcp-protocol-version': version });
        assert.equal(answer.status, 400, version);
        assert.match(answer.text, /[sS]upported.*2025-11-25.*2025-06-18/);
      }
    });

    it('without a version header, or with any supported one, is served', async () => {
      const session = await openSession(bridge);
      for (const version of [{}, { 'mcp-protocol-version': '2025-11-25' }, { 'mcp-protocol-version': '2025-03-26' }]) {
        assert.equal((await postMcp(bridge, ping, { ...session, ...version })).status, 200);
      }
    });
  });

  describe('a session id that cannot be honoured', () => {
    const cases: readonly (readonly [string, 'unknown' | 'foreign', (id: string) => string])[] = [
      ["another server's", 'unknown', () => '1868a90c-5f9a-4e0b-9d3b-0f2f2e6d7c11'],
      ['a tampered one', 'foreign', (id) => `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`],
      ['one that is too long', 'unknown', (id) => id + 'A'.repeat(600)],
    ];
    for (const [title, detail, change] of cases) {
      it(`(${title}) is answered 404 with the diagnostic, byte for byte, whatever the method`, async () => {
        const session = await openSession(bridge);
        const stale = { 'mcp-session-id': change(session['mcp-session-id']) };
        for (const method of ['POST', 'GET', 'DELETE']) {
          const body = method === 'POST' ? { body: JSON.stringify(ping) } : {};
          const answer = await rawHttp(bridge.port, { method, headers: mcpHeaders(bridge.token, stale), ...body });
          assert.deepEqual(
            [answer.status, answer.headers['content-type'], answer.text],
            [404, 'application/json', staleSessionBody(detail, bridge.event.instance)],
            method,
          );
        }
        assert.equal((await postMcp(bridge, { jsonrpc: '2.0', method: 'notifications/x' }, stale)).status, 404);
      });
    }

    it('is counted in the status', async () => {
      const counter = async (): Promise<number> => {
        const answer = await rawHttp(bridge.port, {
          method: 'GET',
          path: '/status',
          headers: mcpHeaders(bridge.token),
        });
        return JSON.parse(answer.text).counters.stale;
      };
      const before = await counter();
      await postMcp(bridge, ping, { 'mcp-session-id': 'dead' });
      assert.equal(await counter(), before + 1);
    });
  });

  describe('DELETE', () => {
    it('ends the session; afterwards its id is stale as terminated', async () => {
      const session = await openSession(bridge);
      assert.equal((await end(session)).status, 200);
      for (const answer of [await postMcp(bridge, ping, session), await end(session)]) {
        assert.deepEqual([answer.status, answer.text], [404, staleSessionBody('terminated', bridge.event.instance)]);
      }
    });

    it('ends no other session', async () => {
      const [one, other] = [await openSession(bridge), await openSession(bridge)];
      await end(one);
      assert.equal((await postMcp(bridge, ping, other)).status, 200);
    });

    it('without a session id is refused', async () => {
      assert.equal((await end({})).status, 405);
      assert.equal((await end({ 'mcp-protocol-version': '2025-11-25' })).status, 400);
    });
  });
});
