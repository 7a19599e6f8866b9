import assert from 'node:assert/strict';
import { staleSessionBody } from '../../server/agent/legacy/stale-session.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { initializeRequest, postMcp } from '../support/raw-http.ts';
import { SessionAgent, sessionStatus, toAnswer } from '../support/session-agent.ts';

let deadIds = 0;
/** An id that this bridge has never seen. */
const deadId = () => `5c2f7f0e-dead-${deadIds++}`;

describe('A session id that cannot be honoured and is repeated', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(20_000);

  describe('by default', () => {
    let bridge: BridgeProcess;
    before(async () => {
      bridge = await BridgeProcess.start();
    });
    after(() => bridge.dispose());
    const agentWith = (id: string, headers?: Readonly<Record<string, string>>) => new SessionAgent(bridge, id, headers);

    it('is answered 404 the first time, and served in a fresh session from then on', async () => {
      const agent = agentWith(deadId());
      const first = await agent.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
      assert.deepEqual([first.status, first.text], [404, staleSessionBody('unknown', bridge.event.instance)]);
      const healed = await agent.request('tools/list');
      assert.equal(healed.status, 200);
      assert.match(healed.session ?? '', /^hf1\./);
      assert.deepEqual(healed.notice, {
        state: 'healed',
        session: healed.session,
        detail: 'unknown',
        message:
          'The request came with a dead session id and was served in a fresh session, without log level and subscriptions; send the new Mcp-Session-Id from now on.',
      });
      assert.ok(Array.isArray(healed.result?.['tools']));
    });

    it('stands for that one fresh session, whether the client takes the new id or not', async () => {
      const agent = agentWith(deadId());
      await agent.request('ping');
      const { session } = await agent.request('logging/setLevel', { level: 'debug' });
      for (let repeat = 0; repeat < 3; repeat++) assert.equal((await agent.request('ping')).session, session);
      const stream = await agent.stream();
      const taken = agentWith(session ?? '');
      await assert.rejects(taken.stream(), /409/);
      const { session: again, notice } = await taken.request('ping');
      assert.deepEqual([again, notice], [undefined, undefined]);
      stream.close();
    });

    it('is never healed by a GET, a DELETE or a notification, and none of them counts', async () => {
      const agent = agentWith(deadId());
      for (let round = 0; round < 3; round++) {
        await assert.rejects(agent.stream(), /404/);
        assert.equal((await agent.end()).status, 404);
        assert.equal((await agent.notify('notifications/initialized')).status, 404);
        assert.equal((await agent.post({ jsonrpc: '2.0', id: 1, result: {} })).status, 404);
      }
      assert.equal((await agent.request('ping')).status, 404);
      await assert.rejects(agent.stream(), /404/);
      assert.equal((await agent.end()).status, 404);
      assert.equal((await agent.request('ping')).status, 200);
    });

    it('makes one fresh session for a hundred requests at once', async () => {
      const agent = agentWith(deadId());
      const before = await sessionStatus(bridge);
      const answers = await Promise.all(Array.from({ length: 100 }, () => agent.request('ping')));
      assert.equal(answers.filter(({ status }) => status === 404).length, 1);
      const healed = answers.filter(({ status }) => status === 200);
      assert.equal(healed.length, 99);
      assert.equal(new Set(healed.map(({ session }) => session)).size, 1);
      const { counters } = await sessionStatus(bridge);
      assert.deepEqual([counters.healed, counters.stale], [before.counters.healed + 1, before.counters.stale + 1]);
    });

    it('is never healed once its DELETE was recorded, not even as the id that stood for another', async () => {
      const ended = await SessionAgent.open(bridge);
      await ended.end();
      const alias = agentWith(deadId());
      await alias.request('ping');
      const { session } = await alias.request('ping');
      assert.equal((await alias.end()).status, 200);
      for (const agent of [ended, alias, agentWith(session ?? '')]) {
        for (let repeat = 0; repeat < 3; repeat++) {
          const { status, detail } = await agent.request('ping');
          assert.deepEqual([status, detail], [404, 'terminated']);
        }
      }
    });

    it('with an initialize makes a new session, as ever', async () => {
      const agent = agentWith(deadId());
      await agent.request('ping');
      const opened = toAnswer(await agent.post(initializeRequest()));
      assert.deepEqual([opened.status, opened.notice], [200, undefined]);
      const { session } = await agent.request('ping');
      assert.notEqual(session, opened.session);
    });

    it('says in a healed answer what it says in every other, the error of a tool too', async () => {
      const editor = await FakeEditor.connect({
        port: bridge.port,
        secret: bridge.editorSecret,
        handlers: {
          read_buffer: () => ({
            error: { code: 'not_found', message: 'No.', hint: 'Look.', retryable: false, executed: 'no' },
          }),
        },
      });
      const agent = agentWith(deadId());
      await agent.request('ping');
      const { result } = await agent.request('tools/call', { name: 'read_buffer', arguments: { path: 'a.ts' } });
      assert.deepEqual(Object.keys(Object(result?.['_meta'])), ['holdfast/error', 'holdfast/session']);
      assert.equal((await agent.request('no/such')).session, (await agent.request('ping')).session);
      await editor.dispose();
    });

    it('takes over what an unreadable id cannot tell from the request: version and user agent', async () => {
      const agent = agentWith(deadId(), { 'mcp-protocol-version': '2025-06-18', 'user-agent': 'gemini-cli/0.9 (x)' });
      await agent.request('ping');
      await agent.request('ping');
      const { sessionEvents } = await sessionStatus(bridge);
      assert.match(sessionEvents.at(-1)?.text ?? '', /^gemini-cli 0\.9 went on with a stale session id \(unknown\)/);
      assert.equal((await agent.post([{ jsonrpc: '2.0', id: 1, method: 'ping' }])).status, 400);
      const batching = agentWith(deadId());
      const batch = () => batching.post([{ jsonrpc: '2.0', id: 1, method: 'ping' }]);
      assert.equal((await batch()).status, 404);
      const healed = await batch();
      assert.equal(healed.status, 200);
      assert.match(healed.text, /^\[\{.*"holdfast\/session":\{"state":"healed"/);
      assert.match(String(healed.headers['mcp-session-id']), /^hf1\./);
    });

    it('makes no session for a request whose version is not served', async () => {
      const agent = agentWith(deadId(), { 'mcp-protocol-version': '1999-01-01' });
      for (let repeat = 0; repeat < 3; repeat++) assert.equal((await agent.request('ping')).status, 404);
    });

    it('is told to the windows: counters and events', async () => {
      const editor = await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret });
      const agent = agentWith(deadId(), { 'user-agent': 'watched/1' });
      await agent.request('ping');
      await agent.request('ping');
      const status = await eventually(() => {
        const told = editor.received.flatMap((message) => (message.type === 'status' ? [message] : []));
        return told.find(({ sessionEvents }) => sessionEvents?.at(-1)?.text.startsWith('watched 1 went on'));
      }, 'the status');
      assert.ok(status.counters.healed > 0);
      assert.deepEqual(
        status.sessionEvents?.slice(-2).map(({ text }) => text),
        [
          'the session id of watched 1 is stale (unknown): told it to initialize again',
          'watched 1 went on with a stale session id (unknown): served it in a fresh session',
        ],
      );
      await editor.dispose();
    });

    it('goes on after another restart of the bridge, without another 404', async () => {
      const agent = agentWith(deadId());
      await agent.request('ping');
      const { session } = await agent.request('ping');
      // The write of the alias is not waited for by the answer; the next one of the same file comes after it.
      await (await SessionAgent.open(bridge)).end();
      await bridge.kill();
      await bridge.start();
      const { status, session: same } = await agent.request('ping');
      assert.deepEqual([status, same], [200, session]);
    });

    it('of another state directory is foreign, and its fresh session is what the dead one said it was', async () => {
      const other = await BridgeProcess.start();
      try {
        const { id } = await SessionAgent.open(other, '2025-03-26');
        const agent = agentWith(id);
        assert.equal((await agent.request('ping')).detail, 'foreign');
        assert.equal((await agent.request('ping')).status, 200);
        assert.match((await sessionStatus(bridge)).sessionEvents.at(-1)?.text ?? '', /^raw 1 went on .*\(foreign\)/);
        assert.equal((await agent.post([{ jsonrpc: '2.0', id: 1, method: 'ping' }])).status, 200);
      } finally {
        await other.dispose();
      }
    });
  });

  const policies = [
    ['diagnose', [404, 404, 404]],
    ['adopt', [200, 200, 200]],
    ['heal', [404, 200, 200]],
  ] as const;
  for (const [policy, statuses] of policies) {
    it(`is answered ${statuses.join(', ')} with ${policy}, by option and by config.json`, async () => {
      const bridge = await BridgeProcess.start({ args: ['--port', '0', '--on-stale', policy] });
      const statusesNow = async (): Promise<readonly number[]> => {
        const agent = new SessionAgent(bridge, deadId());
        const answers = [await agent.request('ping'), await agent.request('ping'), await agent.request('ping')];
        return answers.map(({ status }) => status);
      };
      try {
        assert.deepEqual(await statusesNow(), statuses);
        await bridge.stop();
        bridge.write('config.json', JSON.stringify({ sessions: { onStale: policy } }));
        await bridge.start();
        assert.deepEqual(await statusesNow(), statuses);
        const ended = await SessionAgent.open(bridge);
        await ended.end();
        assert.deepEqual([(await ended.request('ping')).status, (await ended.request('ping')).status], [404, 404]);
      } finally {
        await bridge.dispose();
      }
    });
  }

  it('is healed as usual under a config.json that cannot be used, which log and status name', async () => {
    const bridge = await BridgeProcess.start();
    try {
      await bridge.stop();
      bridge.write('config.json', JSON.stringify({ sessions: { onStale: 'never' }, colour: 'red' }));
      await bridge.start();
      assert.match(bridge.stderr, /config\.json: "colour" is no setting \(known: .*sessions\.onStale/);
      const status = await runHoldfast(['status', '--state-dir', bridge.stateDir]);
      assert.match(status.stdout, /^WARNING: \S+config\.json: "colour" is no setting/m);
      assert.match(status.stdout, /^Agent sessions since the start: 0 stale, 0 healed, 0 rehydrated$/m);
      assert.match(bridge.stderr, /config\.json: "sessions\.onStale" is wrong: .*"heal"\|"diagnose"\|"adopt"/);
      const agent = new SessionAgent(bridge, deadId());
      assert.deepEqual([(await agent.request('ping')).status, (await agent.request('ping')).status], [404, 200]);
      assert.equal((await postMcp(bridge, initializeRequest())).status, 200);
    } finally {
      await bridge.dispose();
    }
  });
});
