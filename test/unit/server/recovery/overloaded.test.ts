import assert from 'node:assert/strict';
import { limits } from '../../../../shared/limits.ts';
import { answered, FakeUpstream, resultOf } from '../../../support/fake-upstream.ts';

const busy = (retryAfterMs?: number) => ({ ...answered(503, 'later', 'text/plain'), retryAfterMs });

describe('an overloaded server', () => {
  let server: FakeUpstream;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
  });
  afterEach(() => server.close());

  it('is asked once more, when it says so', async () => {
    server.script = () => (server.seen.length === 1 ? busy(2_000) : undefined);
    const reply = server.request('tools/list');
    await server.clock.advance(1_999);
    assert.equal(server.seen.length, 1);
    await server.clock.advance(1);
    resultOf(await reply);
    server.script = () => answered(429, 'slow down', 'text/plain');
    const refusedCall = await server.request('tools/call', {});
    assert.equal(refusedCall.kind === 'refused' && refusedCall.status, 429);
  });

  it('gets no third try, and none at all when it asks for a long time', async () => {
    server.script = () => busy(1_000);
    const twice = server.request('tools/list');
    await server.clock.advance(60_000);
    assert.equal((await twice).kind, 'refused');
    assert.equal(server.seen.length, 2);
    server.script = () => busy(limits.transientWaitMaxMs + 1);
    assert.equal((await server.request('tools/list')).kind, 'refused');
    assert.equal(server.seen.length, 3);
  });

  it('gets a call under a key once more, marked as a repeat', async () => {
    server.script = () => (server.seen.length === 1 ? busy() : undefined);
    const reply = server.call();
    await server.clock.advance(limits.transientWaitMs);
    resultOf(await reply);
    assert.deepEqual(
      server.seen.map(({ headers }) => headers['holdfast-repeat']),
      [undefined, '1'],
    );
  });
});
