import assert from 'node:assert/strict';
import type { LinkSocket } from '../../extension/link/link-socket.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { eventually } from '../support/eventually.ts';
import { openFakeLinkSocket } from '../support/fake-link-socket.ts';
import { LinkBridge, type LinkPeer, linkSecret } from '../support/link-bridge.ts';

interface World {
  open(signal?: AbortSignal): Promise<{ socket: LinkSocket; peer: LinkPeer }>;
  close(): Promise<void>;
}

function record(socket: LinkSocket) {
  const events: string[] = [];
  const answers: (() => void)[] = [];
  const waiting: { pattern: RegExp; met: () => void }[] = [];
  const add = (event: string) => {
    events.push(event);
    for (const { pattern, met } of waiting) if (pattern.test(event)) met();
  };
  socket.listen({
    message: (text) => add(`message ${text}`),
    traffic: () => add('traffic'),
    presenceAsked: (answer) => {
      answers.push(answer);
      add('presence asked');
    },
    closed: (code, reason) => add(`closed ${code} ${reason}`),
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((met) => {
      if (events.some((event) => pattern.test(event))) met();
      else waiting.push({ pattern, met });
    });
  return { events, until, answers };
}

async function fakeWorld(): Promise<World> {
  return {
    async open(signal = new AbortController().signal) {
      const socket = await openFakeLinkSocket('accept', signal);
      const peer: LinkPeer = {
        send: (text) => socket.deliver(text),
        ping: () => socket.deliverTraffic(),
        askPresence: () => socket.deliverPresencePing(),
        presences: () => socket.presences,
        close: (code, reason) => socket.deliverClose(code, reason),
        ended: async () => {},
        received: async () => socket.sent.shift() ?? '',
      };
      return { socket, peer };
    },
    close: async () => {},
  };
}

const worlds = { fake: fakeWorld, real: () => new LinkBridge().listen() };

for (const [name, create] of Object.entries(worlds)) {
  describe(`LinkSocket contract: ${name}`, () => {
    let world: World;
    let socket: LinkSocket;
    let peer: LinkPeer;
    beforeEach(async () => {
      world = await create();
      ({ socket, peer } = await world.open());
    });
    afterEach(async () => {
      socket.dispose();
      await world.close();
    });

    it('carries messages both ways', async () => {
      const { events, until } = record(socket);
      const received = peer.received.bind(peer);
      const arrives = name === 'real' ? received() : undefined;
      socket.send('to the bridge');
      assert.equal(await (arrives ?? received()), 'to the bridge');
      peer.send('to the editor');
      await until(/to the editor/);
      assert.deepEqual(events, ['traffic', 'message to the editor']);
    });

    it('keeps what arrives while nobody listens, in order', async () => {
      const first = record(socket);
      peer.send('1');
      await first.until(/message 1/);
      socket.listen(undefined);
      peer.send('2');
      peer.send('3');
      peer.close(4004, 'replaced');
      await peer.ended();
      const second = record(socket);
      await second.until(/closed/);
      assert.deepEqual(
        second.events.filter((event) => event !== 'traffic'),
        ['message 2', 'message 3', 'closed 4004 replaced'],
      );
      assert.ok(!first.events.includes('message 2'));
      const third = record(socket);
      assert.deepEqual(third.events, [], 'told once');
    });

    it('counts a ping as traffic', async () => {
      const { events, until } = record(socket);
      peer.ping();
      await until(/traffic/);
      assert.deepEqual(events, ['traffic']);
    });

    it('says that its page is there when its listener says so, and not before', async () => {
      const { events, until, answers } = record(socket);
      peer.askPresence();
      await until(/presence asked/);
      peer.ping();
      await eventually(() => events.length > 2 || undefined, 'the ping');
      assert.deepEqual([events, peer.presences()], [['traffic', 'presence asked', 'traffic'], 0]);
      answers[0]?.();
      await eventually(() => peer.presences() === 1 || undefined, 'the answer');
      socket.dispose();
      answers[0]?.();
    });

    it('tells the end once, and sends nothing afterwards', async () => {
      const { events, until } = record(socket);
      peer.close(4003, 'no');
      await until(/closed/);
      socket.send('too late');
      socket.ping();
      socket.close(1000, '');
      socket.terminate();
      assert.deepEqual(events, ['closed 4003 no']);
    });

    it('tells its own termination as 1006', async () => {
      const { events, until } = record(socket);
      socket.terminate();
      await until(/closed/);
      assert.deepEqual(events, ['closed 1006 ']);
    });

    it('tells nothing after it was disposed', async () => {
      const { events } = record(socket);
      socket.dispose();
      socket.dispose();
      socket.send('too late');
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(events, []);
    });

    it('opens nothing for a signal that is aborted', async () => {
      const given = new AbortController();
      given.abort(new Error('given up'));
      const opening =
        name === 'real' ? openLinkSocket({ port: 1, secret: linkSecret }, given.signal) : world.open(given.signal);
      await assert.rejects(opening, { name: 'LinkOpenError', kind: 'unreachable', message: 'given up' });
    });
  });
}
