import assert from 'node:assert/strict';
import { limits } from '../../../../shared/limits.ts';
import { LinkRig, missing, proven } from './link-rig.ts';

describe('Link: reconnecting', () => {
  let rig: LinkRig;
  beforeEach(() => {
    rig = new LinkRig();
  });
  afterEach(() => {
    rig.dispose();
    assert.equal(rig.clock.pending, 0, 'a timer outlived the link');
    assert.equal(rig.watchers.size, 0, 'a watcher outlived the link');
    assert.deepEqual(rig.sockets.filter((socket) => socket.open).length, 0, 'a socket outlived the link');
  });

  it('is online at the first attempt when a bridge runs', async () => {
    await rig.online();
    assert.deepEqual(rig.take(), [
      '0.0 connecting 1',
      '0.0 info: linked to bridge 0.1.0 on port 4711 after 0.0 s, 1 attempt',
      '0.0 online one',
    ]);
  });

  it('climbs 1, 2, 4, 8, 16, 30, 60, 60 s while no bridge answers and logs five attempts', async () => {
    rig.found = missing;
    rig.link.start();
    await rig.clock.advance(182_000);
    assert.deepEqual(rig.take(), [
      '0.0 connecting 1',
      '0.0 info: attempt 1 failed: no bridge runs; next in 1.0 s',
      '0.0 waiting 1.00 s for 2: no bridge runs',
      '1.0 connecting 2',
      '1.0 info: attempt 2 failed: no bridge runs; next in 2.0 s',
      '1.0 waiting 2.00 s for 3: no bridge runs',
      '3.0 connecting 3',
      '3.0 info: attempt 3 failed: no bridge runs; next in 4.0 s',
      '3.0 waiting 4.00 s for 4: no bridge runs',
      '7.0 connecting 4',
      '7.0 info: attempt 4 failed: no bridge runs; next in 8.0 s',
      '7.0 waiting 8.00 s for 5: no bridge runs',
      '15.0 connecting 5',
      '15.0 info: attempt 5 failed: no bridge runs; next in 16.0 s',
      '15.0 waiting 16.00 s for 6: no bridge runs',
      '31.0 connecting 6',
      '31.0 waiting 30.00 s for 7: no bridge runs',
      '61.0 connecting 7',
      '61.0 waiting 60.00 s for 8: no bridge runs',
      '121.0 connecting 8',
      '121.0 waiting 60.00 s for 9: no bridge runs',
      '181.0 connecting 9',
      '181.0 waiting 60.00 s for 10: no bridge runs',
    ]);
  });

  it('never waits less than eight tenths of a step', async () => {
    rig.found = missing;
    rig.random = 0;
    rig.link.start();
    const waits: number[] = [];
    rig.link.onDidChangeState((state) => state.kind === 'waiting' && waits.push(state.delayMs));
    await rig.clock.advance(300_000);
    assert.deepEqual(waits.slice(0, 8), [800, 1_600, 3_200, 6_400, 12_800, 24_000, 48_000, 48_000]);
  });

  it('logs attempts 1-5, 10 and 20 of 25, and tells on recovery how many it did not log', async () => {
    rig = new LinkRig({ states: false });
    rig.found = missing;
    rig.random = 0;
    rig.link.start();
    await rig.clock.advance(0);
    while (attempt(rig) < 26) await rig.clock.advance(rig.clock.nextInMs ?? 0);
    rig.found = proven();
    while (rig.link.state.kind !== 'online') await rig.clock.advance(rig.clock.nextInMs ?? 0);
    assert.deepEqual(rig.take(), [
      '0.0 info: attempt 1 failed: no bridge runs; next in 0.8 s',
      '0.8 info: attempt 2 failed: no bridge runs; next in 1.6 s',
      '2.4 info: attempt 3 failed: no bridge runs; next in 3.2 s',
      '5.6 info: attempt 4 failed: no bridge runs; next in 6.4 s',
      '12.0 info: attempt 5 failed: no bridge runs; next in 12.8 s',
      '192.8 info: attempt 10 failed: no bridge runs; next in 48.0 s',
      '672.8 info: attempt 20 failed: no bridge runs; next in 48.0 s',
      '960.8 info: linked to bridge 0.1.0 on port 4711 after 960.8 s, 26 attempts, 18 of them not logged',
    ]);
  });

  it('counts and throttles "Reconnect now": twenty presses log attempts 1-5, 10 and 20', async () => {
    rig.found = missing;
    for (let press = 0; press < 20; press += 1) {
      rig.link.reconnectNow();
      await rig.clock.settle();
    }
    const logged = rig.take().flatMap((line) => /attempt (\d+) failed/.exec(line)?.[1] ?? []);
    assert.deepEqual(logged, ['1', '2', '3', '4', '5', '10', '20']);
    assert.equal(attempt(rig), 21);
  });

  it('comes back within 250 ms of the loss of a healthy link', async () => {
    await rig.healthy();
    rig.socket.deliverClose(1006);
    await rig.clock.advance(limits.firstReconnectMaxMs);
    assert.deepEqual(rig.take(), [
      '11.0 info: link lost: the bridge vanished; next attempt in 0.3 s',
      '11.0 waiting 0.25 s for 1: the bridge vanished',
      '11.3 connecting 1',
      '11.3 info: linked to bridge 0.1.0 on port 4711 after 0.3 s, 1 attempt',
      '11.3 online one',
    ]);
  });

  it('keeps climbing when a bridge accepts and drops', async () => {
    await rig.online();
    rig.take();
    for (let drop = 0; drop < 4; drop += 1) {
      rig.socket.deliverClose(1006);
      while (rig.link.state.kind !== 'online') await rig.clock.advance(rig.clock.nextInMs ?? 0);
    }
    await rig.clock.advance(limits.healthyAfterMs);
    assert.deepEqual(
      rig.take().filter((line) => line.includes('info')),
      [
        '0.0 info: attempt 1 failed: the bridge vanished; next in 1.0 s',
        '1.0 info: attempt 2 failed: the bridge vanished; next in 2.0 s',
        '3.0 info: attempt 3 failed: the bridge vanished; next in 4.0 s',
        '7.0 info: attempt 4 failed: the bridge vanished; next in 8.0 s',
        '25.0 info: linked to bridge 0.1.0 on port 4711 after 25.0 s, 5 attempts',
      ],
    );
  });

  it('waits 60 s when the seventh attempt opens and drops, and starts from one after ten seconds of health', async () => {
    rig.found = missing;
    rig.link.start();
    while (attempt(rig) < 7) await rig.clock.advance(rig.clock.nextInMs ?? 0);
    rig.found = proven();
    while (rig.link.state.kind !== 'online') await rig.clock.advance(rig.clock.nextInMs ?? 0);
    rig.take();
    rig.socket.deliverClose(1006);
    assert.deepEqual(rig.take(), ['61.0 waiting 60.00 s for 8: the bridge vanished']);
    await rig.clock.advance(60_000);
    await rig.clock.advance(limits.healthyAfterMs);
    rig.take();
    rig.socket.deliverClose(1006);
    assert.deepEqual(rig.take().at(-1), '131.0 waiting 0.25 s for 1: the bridge vanished');
  });
});

function attempt({ link }: LinkRig): number {
  return 'attempt' in link.state ? link.state.attempt : 0;
}
