import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import { limits } from '../../../../shared/limits.ts';
import { answered, away, cut, FakeUpstream, never, refused, resultOf } from '../../../support/fake-upstream.ts';

describe('a lost connection', () => {
  let server: FakeUpstream;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
  });
  afterEach(() => server.close());
  /** Fails the first `count` requests of a method in this way. */
  const failFirst = (count: number, end: typeof cut, method = 'tools/call') => {
    let left = count;
    server.script = (request) => (request.method === method && left-- > 0 ? end : undefined);
  };

  describe('rule 4: everything has its bound, and one caller’s is not another’s', () => {
    it('is looked for with growing waits, longer than all of them together, and by all callers at once', async () => {
      server.connection.lost(await server.connection.acquire(), 'gone');
      server.connects.length = 0;
      server.reach = away();
      const replies = [server.call(), server.call(), server.request('tools/list')];
      const times: number[] = [];
      for (let ms = 0; ms < 35_000; ms += 500) {
        const before = server.connects.length;
        await server.clock.advance(500);
        if (server.connects.length > before) times.push(ms);
      }
      assert.deepEqual(times, [500, 2_500, 6_500, 14_500, 30_500]);
      assert.equal(server.connects.length, 6);
      for (const reply of await Promise.all(replies)) {
        assert.deepEqual(reply, { kind: 'unreachable', reason: 'no bridge runs', hint: 'Open VS Code.', sent: false });
      }
    });

    it('ends a caller with a short budget, and not the search', async () => {
      server.connection.lost(await server.connection.acquire(), 'gone');
      server.reach = away();
      const short = server.call({ budgetMs: 50 });
      const long = server.call();
      await server.clock.advance(50);
      assert.deepEqual(await short, { kind: 'timeout', budgetMs: 50, sent: false });
      server.reach = () => Promise.resolve();
      await server.clock.advance(1_000);
      resultOf(await long);
    });

    it('gives up an attempt that hangs, and tries again', async () => {
      server.connection.lost(await server.connection.acquire(), 'gone');
      server.reach = () => new Promise(() => {});
      const call = server.call();
      await server.clock.advance(limits.recoveryConnectMs);
      server.reach = () => Promise.resolve();
      await server.clock.advance(1_000);
      resultOf(await call);
    });
  });

  describe('rule 5: only what provably did not run is repeated', () => {
    it('lets a call under a key be sent again, marked as a repeat; and again when that one breaks too', async () => {
      failFirst(2, cut);
      resultOf(await server.call());
      assert.deepEqual(
        server.seen.map(({ headers }) => [headers['idempotency-key'], headers['holdfast-repeat']]),
        [
          ['k', undefined],
          ['k', '1'],
          ['k', '1'],
        ],
      );
      assert.equal(new Set(server.seen.map(({ id }) => id)).size, 3);
    });

    it('that never stood leaves no doubt: the call is sent without the mark', async () => {
      failFirst(1, refused);
      resultOf(await server.call());
      assert.deepEqual(
        server.seen.map(({ headers }) => headers['holdfast-repeat']),
        [undefined, undefined],
      );
    });

    it('lets a read be sent again without a key, and nothing else', async () => {
      failFirst(1, cut, 'resources/read');
      resultOf(await server.request('resources/read', { uri: 'a' }));
      failFirst(1, cut);
      assert.deepEqual(await server.request('tools/call', { name: 'edit' }), {
        kind: 'outcome_unknown',
        reason: 'socket hang up',
      });
    });

    it('ends a call honestly when the bridge that runs afterwards honours no keys', async () => {
      failFirst(1, cut);
      const { script } = server;
      server.script = (request, stream) => {
        server.keyKeeper = undefined;
        return script(request, stream);
      };
      assert.equal((await server.call()).kind, 'outcome_unknown');
      assert.equal(server.seen.length, 1);
    });

    it('ends a call honestly when the bridge that runs afterwards has another record of keys', async () => {
      failFirst(1, cut);
      const { script } = server;
      server.script = (request, stream) => {
        server.keyKeeper = 'directory-2';
        return script(request, stream);
      };
      assert.equal((await server.call()).kind, 'outcome_unknown');
      assert.equal(server.seen.length, 1);
      assert.equal((await server.call()).kind, 'response');
    });

    it('sends no key to a bridge that honours none, and does not repeat there', async () => {
      const old = new FakeUpstream();
      old.keyKeeper = undefined;
      await old.open();
      old.script = ({ method }) => (method === 'tools/call' ? cut : undefined);
      assert.equal((await old.call()).kind, 'outcome_unknown');
      assert.deepEqual(
        old.seen.map(({ headers }) => headers['idempotency-key']),
        [undefined],
      );
      old.connection.dispose();
    });

    it('is not repeated for ever', async () => {
      server.script = ({ method }) => (method === 'tools/call' ? cut : undefined);
      const reply = server.call();
      await server.clock.advance(limits.agentRequestMs);
      const { kind } = await reply;
      assert.ok(kind === 'unreachable' || kind === 'timeout', kind);
      assert.ok(server.seen.length <= limits.recoveryRepeatsMax + 1, `${server.seen.length} attempts`);
    });

    it('is not repeated for ever either when it is another bridge that breaks each time', async () => {
      let bridges = 0;
      server.script = ({ method }) => {
        if (method !== 'tools/call') return undefined;
        server.instance = `bridge after ${++bridges}`;
        return cut;
      };
      assert.equal((await server.call()).kind, 'unreachable');
      assert.equal(server.seen.length, limits.recoveryRepeatsMax + 1);
    });

    it('that is reported late, by a request of the connection before, breaks no other', async () => {
      let breakLate = (): void => {};
      server.script = ({ method }) => {
        if (server.seen.length > 2) return undefined;
        return method === 'prompts/list' ? new Promise((resolve) => (breakLate = () => resolve(cut))) : cut;
      };
      const late = server.request('prompts/list');
      await server.clock.settle();
      resultOf(await server.request('tools/list'));
      const connects = server.connects.length;
      breakLate();
      resultOf(await late);
      assert.equal(server.connects.length, connects);
    });

    it('with an answer that came on a stream before it broke is none', async () => {
      const messages: unknown[] = [];
      server.script = ({ id }, stream) => {
        stream('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}', undefined);
        stream(JSON.stringify({ jsonrpc: '2.0', id, result: { done: true } }), undefined);
        return cut;
      };
      const reply = await server.call({ onMessage: (message) => messages.push(message['method']) });
      assert.deepEqual(resultOf(reply), { done: true });
      assert.deepEqual(messages, ['notifications/progress']);
      assert.equal(server.seen.length, 1);
    });
  });

  describe('rule 6: refused access and a cancelled request have nothing to do with sessions', () => {
    it('is something else than refused access, which is renewed once and never through initialize', async () => {
      let rotated = false;
      server.script = () => (rotated ? undefined : answered(401, '{"error":"no"}'));
      server.connects.length = 0;
      server.reach = () => {
        rotated = true;
        return Promise.resolve();
      };
      resultOf(await server.call());
      assert.deepEqual(server.methods(), ['tools/call s1', 'tools/call s1']);
      assert.equal(server.seen[1]?.headers['holdfast-repeat'], undefined);
      rotated = false;
      server.reach = () => Promise.resolve();
      const still = await server.call();
      assert.equal(still.kind === 'refused' && still.status, 401);
      assert.ok(!server.methods().some((method) => method.startsWith('initialize')));
    });

    it('does not keep a call that the user cancels, which then tells the server under the id that it knows', async () => {
      let left = 1;
      server.script = ({ method }) => (method === 'tools/call' ? (left-- > 0 ? cut : never) : undefined);
      const cancelled = new Cancellation();
      const call = server.call({ id: 'a', cancelled });
      await server.clock.settle();
      cancelled.abort();
      assert.deepEqual(await call, { kind: 'cancelled' });
      const [, second, notice] = server.seen;
      assert.equal(notice?.method, 'notifications/cancelled');
      assert.deepEqual(notice?.params, { requestId: second?.id, reason: 'cancelled by the client' });
      await server.clock.settle();
      assert.equal(server.seen.length, 3);
    });

    it('is not told of that for `initialize`, which may not be cancelled', async () => {
      server.script = () => never;
      const reply = server.request('initialize', {}, { budgetMs: 10_000 });
      await server.clock.advance(10_000);
      assert.deepEqual(await reply, { kind: 'timeout', budgetMs: 10_000, sent: true });
      await server.clock.settle();
      assert.deepEqual(server.methods(), ['initialize -']);
    });
  });
});
