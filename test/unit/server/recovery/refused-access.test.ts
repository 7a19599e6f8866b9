import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import type { ExchangeEnd } from '../../../../server/recovery/http-exchange.ts';
import { answered, FakeUpstream, resultOf } from '../../../support/fake-upstream.ts';

const noToken = answered(401, '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Unauthorized"}}');

describe('refused access and a stale session', () => {
  let server: FakeUpstream;
  let renewals: number;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
    renewals = 0;
    server.reach = () => {
      renewals += 1;
      return Promise.resolve();
    };
  });
  afterEach(() => server.close());

  describe('rule 6: refused access goes its own way first', () => {
    it('both at once: access is renewed, then the session, and the call runs once', async () => {
      server.sessions.clear();
      server.script = () => (renewals === 0 ? noToken : undefined);
      assert.deepEqual(resultOf(await server.call()), { served: 'tools/call' });
      assert.deepEqual(server.methods(), [
        'tools/call s1',
        'tools/call s1',
        'initialize -',
        'notifications/initialized s2',
        'tools/call s2',
      ]);
      assert.equal(renewals, 1);
    });

    it('access that is refused in the recovery itself is renewed there, once', async () => {
      server.sessions.clear();
      server.script = ({ method }) => (method === 'initialize' && renewals === 0 ? noToken : undefined);
      assert.deepEqual(resultOf(await server.call()), { served: 'tools/call' });
      assert.deepEqual(server.methods(), [
        'tools/call s1',
        'initialize -',
        'initialize -',
        'notifications/initialized s2',
        'tools/call s2',
      ]);
      assert.equal(renewals, 1);
      server.sessions.clear();
      server.seen.length = 0;
      server.script = ({ method }) => (method === 'initialize' ? noToken : undefined);
      const refused = await server.call();
      assert.equal(refused.kind === 'refused' && refused.error?.message, 'Session not found');
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 2);
      assert.equal(renewals, 2);
    });

    it('a stale session renews no access, also where it is told with a 401', async () => {
      for (const answer of [server.stale(), answered(401, 'Unauthorized: Session not found', '')]) {
        const lost = server.session.use?.id;
        server.script = ({ session }) => (session === lost ? answer : undefined);
        assert.deepEqual(resultOf(await server.request('tools/list')), { served: 'tools/list' });
      }
      assert.equal(renewals, 0);
      assert.equal(server.seen.filter(({ method }) => method === 'initialize').length, 2);
    });

    it('a request that the user has cancelled recovers nothing when its stale answer comes', async () => {
      let answer = (_end: ExchangeEnd): void => {};
      server.script = ({ method }) =>
        method === 'tools/call' ? new Promise<ExchangeEnd>((resolve) => (answer = resolve)) : undefined;
      const cancelled = new Cancellation();
      const call = server.call({ cancelled });
      await server.clock.settle();
      cancelled.abort();
      answer(server.stale());
      assert.deepEqual(await call, { kind: 'cancelled' });
      await server.clock.settle();
      assert.deepEqual(server.methods(), ['tools/call s1', 'notifications/cancelled s1']);
    });
  });

  describe('rule 8: what a server says in an answer that is no 200', () => {
    it('reaches the caller with its code, message and data', async () => {
      for (const status of [400, 403, 404, 500]) {
        const error = { code: -32_050, message: 'not today', data: { until: 'tomorrow' } };
        server.script = ({ id }) => answered(status, JSON.stringify({ jsonrpc: '2.0', id, error }));
        const reply = await server.request('tools/list', {}, { id: 'a' });
        if (reply.kind !== 'refused') assert.fail(reply.kind);
        const { id: _, ...said } = reply.error ?? { id: null };
        assert.deepEqual({ status: reply.status, said }, { status, said: error });
      }
    });
  });
});
