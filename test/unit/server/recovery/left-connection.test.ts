import assert from 'node:assert/strict';
import { Breaker } from '../../../../server/recovery/breaker.ts';
import type { Endpoint } from '../../../../server/recovery/connection.ts';
import { Connection } from '../../../../server/recovery/connection.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('a connection that is left', () => {
  const clock = new FakeClock();
  const connectionOf = (connect: () => Promise<Endpoint>) =>
    new Connection({ connector: { connect }, breaker: new Breaker({ clock }), clock });
  const endpointThat = (close: () => void): Endpoint => ({
    url: 'http://fake/mcp',
    exchange: () => assert.fail('nothing is sent'),
    close,
    instance: undefined,
    keyKeeper: undefined,
    renewable: false,
  });

  it('tells whoever waits for the next attempt, and whoever comes later', async () => {
    const connection = connectionOf(() => Promise.reject(new Error('refused')));
    const waiting = connection.acquire();
    const failed = assert.rejects(waiting, /refused/);
    await clock.settle();
    connection.dispose();
    await failed;
    await assert.rejects(connection.acquire(), /nobody connects to it any more/);
    assert.equal(clock.pending, 0);
  });

  it('closes what an attempt brings after all', async () => {
    let arrive = (_endpoint: Endpoint): void => {};
    let closed = 0;
    const connection = connectionOf(() => new Promise((resolve) => (arrive = resolve)));
    const failed = assert.rejects(connection.acquire(), /leaving/);
    await clock.settle();
    connection.dispose();
    await failed;
    arrive(endpointThat(() => closed++));
    await clock.settle();
    assert.equal(closed, 1);
  });
});
