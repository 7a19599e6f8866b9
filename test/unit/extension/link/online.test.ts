import assert from 'node:assert/strict';
import { linkVersion } from '../../../../shared/protocol.ts';
import { FakeLinkSocket } from '../../../support/fake-link-socket.ts';
import { LinkRig, missing } from './link-rig.ts';

const call = {
  type: 'call',
  id: 'c1',
  tool: 'read_buffer',
  input: {},
  budgetMs: 10,
  agent: { name: 'a', version: '1' },
  repeat: false,
} as const;
const times = { heartbeatMs: 10_000, graceMs: 30_000 };
const welcome = { type: 'welcome', version: linkVersion, instance: 'one', bridgeVersion: '0', ...times } as const;

describe('Link: online', () => {
  let rig: LinkRig;
  beforeEach(async () => {
    rig = new LinkRig();
    await rig.online();
    rig.take();
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

  it('pings at each beat and ends a link that was silent for three', async () => {
    rig.socket.deliverTraffic();
    await rig.clock.advance(39_999);
    assert.deepEqual([rig.socket.pings, rig.link.state.kind], [3, 'online']);
    await rig.clock.advance(1);
    assert.equal(rig.link.state.kind, 'waiting');
    assert.equal(rig.socket.end, 'dispose');
    assert.match(rig.take()[0] ?? '', /^40.0 info: link lost: the bridge fell silent/);
  });

  it('takes any traffic for life', async () => {
    for (let beat = 0; beat < 20; beat += 1) {
      rig.socket.deliverTraffic();
      await rig.clock.advance(10_000);
    }
    assert.equal(rig.link.state.kind, 'online');
  });

  it('says that its page is there once the page has answered', async () => {
    let answer = (): void => {};
    rig.page = new Promise((resolve) => (answer = resolve));
    rig.socket.deliverPresencePing();
    await rig.clock.advance(60);
    assert.equal(rig.socket.presences, 0);
    answer();
    await rig.clock.settle();
    assert.equal(rig.socket.presences, 1);
  });

  it('does not come back before its page has answered', async () => {
    let answer = (): void => {};
    rig.page = new Promise((resolve) => (answer = resolve));
    rig.socket.deliverClose(4005);
    await rig.clock.advance(120_000);
    assert.deepEqual([rig.link.state.kind, rig.sockets.length], ['connecting', 1]);
    answer();
    await rig.clock.settle();
    assert.deepEqual([rig.link.state.kind, rig.sockets.length], ['online', 2]);
  });

  it('does not end a link because this side was too busy to hear it', async () => {
    rig.socket.deliverTraffic();
    await rig.clock.advance(15_000);
    for (let stall = 0; stall < 4; stall += 1) {
      rig.clock.stall(60_000);
      // The timer runs before what waits in the socket is read.
      await rig.clock.advance(0);
      assert.equal(rig.link.state.kind, 'online', `ended after stall ${stall + 1}`);
      rig.socket.deliverTraffic();
    }
    assert.match(rig.take().at(-1) ?? '', /debug: the extension host was busy for 5\d000 ms/);
  });

  it('still ends a dead link whose beats are late now and then', async () => {
    for (let beat = 0; beat < 3; beat += 1) {
      rig.clock.stall(15_000);
      await rig.clock.advance(0);
      await rig.clock.advance(10_000);
    }
    assert.equal(rig.link.state.kind, 'waiting');
  });

  it('hands calls, cancels and acknowledgements to the router', async () => {
    rig.socket.deliver(call);
    rig.socket.deliver({ type: 'cancel', id: 'c1', reason: 'user' });
    rig.socket.deliver({ type: 'ack', ids: ['c0'] });
    assert.deepEqual(rig.take(), ['0.0 call c1', '0.0 cancel c1', '0.0 ack c0']);
  });

  it('says of a call whose time is over that the page does not answer either, and nothing of a page that does', async () => {
    const info = { message: 'Too late.', hint: 'Repeat it.', retryable: true, executed: 'no' } as const;
    const answered = async (page: Promise<void>, code: 'timeout' | 'no_match'): Promise<unknown> => {
      rig.page = page;
      rig.socket.deliver(call);
      rig.reply({ type: 'result', id: 'c1', ok: false, error: { ...info, code } });
      await rig.clock.advance(200);
      return JSON.parse(rig.socket.sent.at(-1) ?? '').error;
    };
    const gone = new Promise<void>(() => {});
    assert.deepEqual(await answered(Promise.resolve(), 'timeout'), { ...info, code: 'timeout' });
    assert.deepEqual(await answered(gone, 'no_match'), { ...info, code: 'no_match' });
    assert.deepEqual(await answered(gone, 'timeout'), {
      ...info,
      code: 'timeout',
      message: 'Too late. The page of its window does not answer either.',
      hint: 'Ask the person to look at this VS Code window: its page is closed, crashed, disconnected or busy. Repeat it.',
    });
    assert.equal(rig.socket.sent.length, 4, 'each question has one answer');
  });

  it('tells a bridge that takes servers of windows which it offers, at once and when they change', async () => {
    rig.dispose();
    rig = new LinkRig({ states: false });
    rig.features = ['window-upstreams'];
    const docs = { url: 'http://127.0.0.1:1/mcp', args: [], env: {}, headers: {}, trustHints: false };
    rig.link.offer({ docs });
    await rig.online();
    rig.link.offer({});
    assert.deepEqual(
      rig.socket.sent.slice(1).map((text) => JSON.parse(text)),
      [
        { type: 'upstreams', servers: { docs } },
        { type: 'upstreams', servers: {} },
      ],
    );
  });

  it('does not speak of servers to a bridge that does not take them', () => {
    rig.link.offer({});
    assert.equal(rig.socket.sent.length, 1);
  });

  it('loses no message that follows the welcome at once', async () => {
    rig.dispose();
    rig = new LinkRig({ states: false });
    rig.openSocket = async () => {
      const socket = new FakeLinkSocket();
      rig.sockets.push(socket);
      socket.onSent = () => {
        socket.deliver({ ...welcome, editorId: 'window-1' });
        socket.deliver({ type: 'ack', ids: ['c9'] });
      };
      return socket;
    };
    await rig.online();
    assert.equal(rig.take().at(-1), '0.0 ack c9');
  });

  it('ends a link whose bridge sends what is no message', async () => {
    rig.socket.deliver('{"type":"surprise"}');
    assert.equal(rig.socket.end, 'close 4006');
    assert.equal(rig.link.state.kind, 'waiting');
  });

  it('tells the bridge what changed in the window, and asks it to leave for a restart', () => {
    rig.link.sendWindow({ focused: false });
    rig.link.restartBridge();
    assert.deepEqual(rig.socket.sent.slice(1), ['{"type":"event","window":{"focused":false}}', '{"type":"shutdown"}']);
  });

  it('passes on the status that the bridge sends', () => {
    const seen: number[] = [];
    rig.link.onDidReceiveStatus((status) => seen.push(status.counters.healed));
    const counters = { stale: 0, healed: 2, rehydrated: 0 };
    rig.socket.deliver({ type: 'status', agents: [], counters, recentCalls: [] });
    assert.deepEqual(seen, [2]);
  });
});

describe('Link: the end', () => {
  const ways: Record<string, (rig: LinkRig) => void> = {
    stopped: () => {},
    connecting: (rig) => {
      rig.greeting = 'silence';
      rig.link.start();
    },
    online: (rig) => rig.link.start(),
    waiting: (rig) => {
      rig.found = missing;
      rig.link.start();
    },
    refused: (rig) => {
      rig.greeting = { close: 4003 };
      rig.link.start();
    },
  };
  for (const [kind, reach] of Object.entries(ways)) {
    it(`leaves no timer, watcher or socket when it is disposed while ${kind}`, async () => {
      const rig = new LinkRig();
      reach(rig);
      await rig.clock.settle();
      assert.equal(rig.link.state.kind, kind);
      rig.dispose();
      await rig.clock.settle();
      rig.dispose();
      rig.link.start();
      rig.link.reconnectNow();
      assert.equal(rig.link.state.kind, 'stopped');
      assert.deepEqual([rig.clock.pending, rig.watchers.size], [0, 0]);
      assert.deepEqual(
        rig.sockets.filter((socket) => socket.open),
        [],
      );
    });
  }

  it('ends a socket that opens only after the link was disposed', async () => {
    const rig = new LinkRig();
    const socket = new FakeLinkSocket();
    let opened: () => void = () => {};
    rig.openSocket = () =>
      new Promise((resolve) => {
        opened = () => resolve(socket);
      });
    rig.link.start();
    await rig.clock.settle();
    rig.dispose();
    opened();
    await rig.clock.settle();
    assert.deepEqual([socket.end, socket.sent, rig.clock.pending], ['dispose', [], 0]);
  });

  it('ends a socket whose welcome comes in the moment in which the link is disposed', async () => {
    const rig = new LinkRig();
    const socket = new FakeLinkSocket();
    rig.openSocket = async () => socket;
    socket.onSent = () => {
      socket.deliver({ ...welcome, editorId: 'window-1' });
      rig.dispose();
    };
    rig.link.start();
    await rig.clock.settle();
    assert.deepEqual([socket.end, rig.link.state.kind, rig.clock.pending], ['dispose', 'stopped', 0]);
  });
});
