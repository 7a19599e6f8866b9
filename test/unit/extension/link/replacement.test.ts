import assert from 'node:assert/strict';
import { closeCodes, linkVersion, oldestLinkVersion, type StatusMessage } from '../../../../shared/protocol.ts';
import { LinkRig, proven } from './link-rig.ts';

const agent = { name: 'a', version: '1' };
const call = { type: 'call', id: 'c1', tool: 'read_buffer', input: {}, budgetMs: 10, agent, repeat: false } as const;
const status: StatusMessage = {
  type: 'status',
  agents: [],
  counters: { stale: 0, healed: 0, rehydrated: 0 },
  recentCalls: [],
};

describe('Link: a bridge that is replaced', () => {
  let rig: LinkRig;
  beforeEach(() => {
    rig = new LinkRig();
  });
  afterEach(() => {
    rig.dispose();
    assert.equal(rig.clock.pending, 0, 'a timer outlived the link');
    assert.deepEqual(
      rig.sockets.filter((socket) => socket.open),
      [],
      'a socket outlived the link',
    );
  });

  async function moved() {
    await rig.healthy();
    const old = rig.socket;
    rig.found = proven('two');
    old.deliver({ type: 'moved' });
    await rig.clock.settle();
    return old;
  }

  it('is left at once, while its own calls keep their link until it closes it', async () => {
    const old = await moved();
    assert.deepEqual(rig.take(), [
      '11.0 info: another bridge took over; connecting at once',
      '11.0 connecting 1',
      '11.0 info: linked to bridge 0.1.0 on port 4711 after 0.0 s, 1 attempt',
      '11.0 online two',
    ]);
    old.deliver(call);
    old.deliver({ type: 'cancel', id: 'c1', reason: 'user' });
    assert.deepEqual(rig.take(), ['11.0 call c1', '11.0 cancel c1']);
    old.deliverClose(closeCodes.replaced);
    await rig.clock.settle();
    assert.deepEqual([rig.take(), rig.link.state.kind, rig.socket.open], [[], 'online', true]);
  });

  it('tells nothing of agents any more, and being told twice changes nothing', async () => {
    const seen: unknown[] = [];
    rig.link.onDidReceiveStatus((message) => seen.push(message));
    const old = await moved();
    old.deliver(status);
    old.deliver({ type: 'moved' });
    await rig.clock.settle();
    assert.deepEqual([seen, rig.sockets.length], [[], 2]);
  });

  it('is given up when it falls silent, without a word about the link that stands', async () => {
    const old = await moved();
    rig.take();
    for (let beat = 0; beat < 5; beat += 1) {
      rig.socket.deliverTraffic();
      await rig.clock.advance(10_000);
    }
    assert.deepEqual([old.open, rig.link.state.kind], [false, 'online']);
    assert.deepEqual(rig.take(), []);
  });

  it('is asked to give way only when it is older, and only by who may start one', async () => {
    const asked: string[] = [];
    for (const [version, startAllowed] of [
      ['0.0.9', true],
      ['0.1.0-beta.1', true],
      ['0.1.0', true],
      ['0.2.0', true],
      ['0.0.9', false],
    ] as const) {
      const other = new LinkRig();
      other.startAllowed = startAllowed;
      other.found = proven('one', version);
      await other.online();
      if (other.replacements > 0) asked.push(version);
      other.dispose();
    }
    assert.deepEqual(asked, ['0.0.9', '0.1.0-beta.1']);
  });

  it('stays when its successor fails, said once and not tried again on the next link', async () => {
    rig.startAllowed = true;
    rig.found = proven('one', '0.0.9');
    rig.replaceOutcome = { kind: 'failed', reason: 'version 0.1.0 could not take over: code 1', detail: 'boom' };
    await rig.online();
    await rig.clock.settle();
    rig.socket.deliverClose(1006);
    await rig.clock.advance(2_000);
    assert.equal(rig.link.state.kind, 'online');
    assert.equal(rig.replacements, 1);
    const warning = '0.0 warn: bridge 0.0.9 stays: version 0.1.0 could not take over: code 1\n    boom';
    assert.deepEqual(
      rig.take().filter((line) => line.includes('warn')),
      [warning],
    );
  });

  it('is told to leave when it knows no handover', async () => {
    rig.startAllowed = true;
    rig.found = proven('one', '0.0.9');
    rig.replaceOutcome = { kind: 'unable' };
    await rig.online();
    await rig.clock.settle();
    assert.equal(rig.socket.sent.at(-1), '{"type":"shutdown"}');
  });

  it('is spoken to in the version before when it does not know this one', async () => {
    rig.newestLinkVersion = oldestLinkVersion;
    await rig.online();
    assert.deepEqual(rig.hellos, [linkVersion, oldestLinkVersion]);
    assert.deepEqual(
      rig.sockets.map(({ open }) => open),
      [false, true],
    );
  });

  it('is waited for and not started anew when it only does not answer, and ended when the person says so', async () => {
    rig.startAllowed = true;
    rig.found = { kind: 'missing', reason: 'the bridge (process 7) does not answer', silentPid: 7 };
    rig.link.start();
    await rig.clock.advance(600_000);
    assert.deepEqual([rig.starts, rig.link.state.kind], [0, 'waiting']);
    rig.take();
    rig.found = proven();
    rig.link.restartBridge();
    await rig.clock.settle();
    assert.match(rig.take()[0] ?? '', /end the silent bridge/);
    assert.equal(rig.link.state.kind, 'online');
  });
});
