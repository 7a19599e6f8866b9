import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import { limits } from '../../../../shared/limits.ts';
import { answered, cut, FakeUpstream, never, resultOf } from '../../../support/fake-upstream.ts';

const rpcError = (code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } });

describe('a stale session', () => {
  let server: FakeUpstream;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
  });
  afterEach(() => server.close());

  describe('rule 1: only what was sent in a session counts, and for the session that it carried', () => {
    it('that is reported after the recovery only costs the request its retry', async () => {
      let late = (): void => {};
      server.script = ({ method, session }) =>
        method === 'prompts/list' && session === 's1'
          ? new Promise((resolve) => (late = () => resolve(server.stale())))
          : undefined;
      const slow = server.request('prompts/list');
      await server.clock.settle();
      server.sessions.clear();
      resultOf(await server.request('tools/list'));
      late();
      resultOf(await slow);
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 1);
    });

    it('is not seen in a result, a page of a proxy, a missing method, or where no session was', async () => {
      const { instance } = server;
      for (const [text, contentType, status] of [
        ['{"jsonrpc":"2.0","id":"i","result":{"content":"session not found"}}', 'application/json', 200],
        ['<h1>session not found</h1>', 'text/html', 404],
        [rpcError(-32_601, 'session not found'), 'application/json', 404],
      ] as const) {
        server.script = () => answered(status, text, contentType);
        await server.request('tools/call', {}, { id: 'i' });
      }
      const fresh = new FakeUpstream();
      await fresh.request('tools/list');
      assert.deepEqual(
        [...server.methods(), ...fresh.methods()],
        ['tools/call s1', 'tools/call s1', 'tools/call s1', 'tools/list -'],
      );
      assert.equal(instance, 'bridge-1');
      fresh.connection.dispose();
    });

    it('is not seen in the error of a server behind our bridge', async () => {
      server.script = ({ id, method }) => {
        if (method !== 'tools/list') return undefined;
        const error = { code: -32_001, message: 'Session expired' };
        return answered(200, JSON.stringify({ jsonrpc: '2.0', id, error }));
      };
      assert.equal((await server.request('tools/list')).kind, 'response');
      assert.deepEqual(server.methods(), ['tools/list s1']);
    });

    it('of a server that is not ours is recognised in a 200 with an error and in a restarted server’s 400', async () => {
      const other = new FakeUpstream();
      other.instance = undefined;
      await other.open();
      for (const [status, message] of [
        [200, 'Session expired'],
        [400, 'Bad Request: Server not initialized'],
      ] as const) {
        let told = false;
        other.script = ({ method }) => {
          if (method !== 'tools/list' || told) return undefined;
          told = true;
          return answered(status, rpcError(-32_000, message));
        };
        assert.deepEqual(resultOf(await other.request('tools/list')), { served: 'tools/list' });
      }
      other.connection.dispose();
    });
  });

  describe('rule 2: many stale answers make one initialize, which belongs to the connection', () => {
    it('of a hundred requests at once is replaced once', async () => {
      server.sessions.clear();
      const replies = await Promise.all(Array.from({ length: 100 }, () => server.call()));
      for (const reply of replies) resultOf(reply);
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 1);
      assert.equal(
        server.seen.filter(({ method, session }) => method === 'tools/call' && session === 's2').length,
        100,
      );
      assert.ok(server.seen.every(({ headers }) => headers['holdfast-repeat'] === undefined));
    });

    it('releases a caller that cancels, and only that one', async () => {
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => (open = resolve));
      server.sessions.clear();
      server.script = ({ method }) =>
        method === 'initialize'
          ? gate.then(() => {
              server.sessions.add('s9');
              return answered(200, '{"jsonrpc":"2.0","id":"x","result":{}}', 'application/json', 's9');
            })
          : undefined;
      const cancelled = new Cancellation();
      const leaving = server.request('tools/list', undefined, { cancelled });
      const staying = server.request('tools/list');
      await server.clock.settle();
      cancelled.abort();
      assert.deepEqual(await leaving, { kind: 'cancelled' });
      open();
      assert.deepEqual(resultOf(await staying), { served: 'tools/list' });
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 1);
    });

    it('ends a caller whose budget is shorter than the recovery, and no other', async () => {
      server.sessions.clear();
      let answer = (): void => {};
      server.script = ({ method }) =>
        method === 'initialize'
          ? new Promise((resolve) => {
              answer = () => {
                server.sessions.add('s9');
                resolve(answered(200, '{"jsonrpc":"2.0","id":"x","result":{}}', 'application/json', 's9'));
              };
            })
          : undefined;
      const short = server.call({ budgetMs: 50 });
      const long = server.call();
      await server.clock.advance(50);
      assert.deepEqual(await short, { kind: 'timeout', budgetMs: 50, sent: false });
      answer();
      resultOf(await long);
    });
  });

  describe('rule 3: a request is retried once, and then gets what the server said', () => {
    it('is replaced unseen, with the params of the first initialize, and the request is sent once more under another id', async () => {
      server.sessions.clear();
      const reply = await server.request('tools/list', undefined, { id: 'a' });
      assert.deepEqual(resultOf(reply), { served: 'tools/list' });
      assert.equal(reply.kind === 'response' && JSON.parse(reply.json).id, 'a');
      assert.deepEqual(server.methods(), [
        'tools/list s1',
        'initialize -',
        'notifications/initialized s2',
        'tools/list s2',
      ]);
      assert.deepEqual(server.seen[1]?.params, {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'a', version: '1' },
      });
      assert.notEqual(server.seen[3]?.id, 'a');
    });

    it('that is stale again surfaces what the server said', async () => {
      server.script = ({ method }) => (method === 'tools/list' ? server.stale() : undefined);
      const reply = await server.request('tools/list');
      assert.equal(reply.kind === 'refused' && reply.error?.code, -32_001);
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 1);
    });

    it('that cannot be replaced surfaces what the server said, whether initialize is refused or hangs', async () => {
      for (const answer of [answered(404, 'gone', 'text/plain'), never]) {
        server.sessions.clear();
        server.script = ({ method }) => (method === 'initialize' ? answer : undefined);
        const reply = server.request('tools/list');
        await server.clock.advance(limits.recoveryConnectMs);
        const ended = await reply;
        assert.equal(ended.kind === 'refused' && ended.error?.message, 'Session not found');
        assert.deepEqual(server.methods(), ['tools/list s1', 'initialize -']);
        server.seen.length = 0;
      }
      assert.ok(server.logged.some((line) => line.includes('opens no new one')));
    });

    it('is replaced again when the server was lost in the recovery, and not for ever', async () => {
      let kills = 1;
      server.sessions.clear();
      server.script = ({ method }) => (method === 'initialize' && kills-- > 0 ? cut : undefined);
      assert.deepEqual(resultOf(await server.request('tools/list')), { served: 'tools/list' });
      kills = Number.POSITIVE_INFINITY;
      server.sessions.clear();
      server.seen.length = 0;
      const reply = await server.request('tools/list');
      assert.equal(reply.kind === 'refused' && reply.error?.message, 'Session not found');
      const tries = server.seen.filter(({ method }) => method === 'initialize').length;
      assert.equal(tries, limits.recoveryRepeatsMax + 1);
    });

    it('is replaced again when a server without a name of its own was started anew after the first time', async () => {
      const other = new FakeUpstream();
      other.instance = undefined;
      await other.open();
      other.sessions.clear();
      let kills = 1;
      other.script = ({ method, session }) => {
        if (method !== 'tools/list' || session !== 's2' || kills-- === 0) return undefined;
        other.sessions.clear();
        return cut;
      };
      assert.deepEqual(resultOf(await other.request('tools/list')), { served: 'tools/list' });
      assert.deepEqual(
        other.seen.flatMap(({ method, session }) => (method === 'tools/list' ? [session] : [])),
        ['s1', 's2', 's2', 's3'],
      );
      other.connection.dispose();
    });

    it('is replaced again when the bridge was killed meanwhile, in the recovery or after it', async () => {
      server.sessions.clear();
      const killed: string[] = [];
      server.script = ({ method, session }) => {
        const moment = method === 'tools/call' && session === 's2' ? 'the repeat' : method;
        if (!['initialize', 'the repeat'].includes(moment) || killed.includes(moment)) return undefined;
        killed.push(moment);
        server.instance = `bridge after ${moment}`;
        server.sessions.clear();
        return cut;
      };
      assert.deepEqual(resultOf(await server.call()), { served: 'tools/call' });
      assert.deepEqual(killed, ['initialize', 'the repeat']);
    });
  });

  describe('rule 4: one budget covers the call, the recovery and the repeat', () => {
    it('which ends when its parts together take too long, though none does alone', async () => {
      server.sessions.clear();
      const slowly = async () => {
        await new Promise<void>((resolve) => server.clock.after(3_000, resolve));
        return server.stale();
      };
      server.script = ({ method, session }) =>
        method === 'initialize' || (method === 'tools/list' && session === 's1') ? slowly() : undefined;
      const reply = server.request('tools/list', {}, { budgetMs: 5_000 });
      await server.clock.advance(5_000);
      assert.deepEqual(await reply, { kind: 'timeout', budgetMs: 5_000, sent: false });
      await server.clock.advance(1_000);
    });
  });

  describe('rule 5: only what provably did not run is repeated', () => {
    it('what is asked for during the recovery waits for it, and is sent once', async () => {
      server.sessions.clear();
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => (open = resolve));
      server.script = ({ id, method }) =>
        method === 'initialize'
          ? gate.then(() => {
              server.sessions.add('s9');
              return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }), 'application/json', 's9');
            })
          : undefined;
      const first = server.request('ping');
      await server.clock.settle();
      const queued = server.request('tools/call', { name: 'edit' });
      await server.clock.settle();
      assert.deepEqual(server.methods(), ['ping s1', 'initialize -']);
      open();
      resultOf(await first);
      resultOf(await queued);
      assert.equal(server.seen.filter(({ method }) => method === 'tools/call').length, 1);
    });

    it('of a server that is not ours is replaced, but a call that may have run is not repeated without a key', async () => {
      server.sessions.clear();
      server.script = ({ method, session }) =>
        method === 'tools/call' && session === 's1' ? server.stale('somebody-else') : undefined;
      const reply = await server.request('tools/call', { name: 'edit' });
      assert.equal(reply.kind, 'outcome_unknown');
      resultOf(await server.request('tools/call', { name: 'edit' }));
      assert.deepEqual(server.methods(), [
        'tools/call s1',
        'initialize -',
        'notifications/initialized s2',
        'tools/call s2',
      ]);
    });
  });

  describe('rule 7: the new session is where the old one was', () => {
    it('gets its log level and subscriptions back', async () => {
      for (const [method, params] of [
        ['logging/setLevel', { level: 'info' }],
        ['resources/subscribe', { uri: 'a' }],
        ['resources/subscribe', { uri: 'b' }],
        ['resources/unsubscribe', { uri: 'a' }],
        ['logging/setLevel', { level: 'error' }],
      ] as const) {
        resultOf(await server.request(method, params));
        server.session.note(method, params);
      }
      server.sessions.clear();
      server.seen.length = 0;
      await server.request('tools/list');
      assert.deepEqual(server.seen.map(({ method, params }) => [method, params]).slice(3), [
        ['logging/setLevel', { level: 'error' }],
        ['resources/subscribe', { uri: 'b' }],
        ['tools/list', undefined],
      ]);
    });

    it('that the server itself replaced in its answer is used from then on', async () => {
      server.sessions.add('s7');
      server.script = ({ id, session }) =>
        session === 's1'
          ? answered(200, `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}`, 'application/json', 's7')
          : undefined;
      await server.request('tools/list');
      await server.request('tools/list');
      assert.deepEqual(server.methods(), ['tools/list s1', 'tools/list s7']);
    });
  });
});
