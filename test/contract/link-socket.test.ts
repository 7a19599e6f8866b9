import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LinkSocket } from '../../extension/link/link-socket.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { linkHeaders, linkPath, linkSubprotocol } from '../../shared/protocol.ts';
import { bridgeProof, editorProof, type Hmac, type LinkChallenge } from '../../shared/proof.ts';
import { openFakeLinkSocket } from '../support/fake-link-socket.ts';

const secret = 'the-editor-secret';
const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

/** The bridge's side of one open socket. */
interface Peer {
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** The next message that arrives here. */
  received(): Promise<string>;
}

interface World {
  open(signal?: AbortSignal): Promise<{ socket: LinkSocket; peer: Peer }>;
  close(): Promise<void>;
}

function record(socket: LinkSocket) {
  const events: string[] = [];
  const waiting: { pattern: RegExp; met: () => void }[] = [];
  const add = (event: string) => {
    events.push(event);
    for (const { pattern, met } of waiting) if (pattern.test(event)) met();
  };
  socket.listen({
    message: (text) => add(`message ${text}`),
    traffic: () => add('traffic'),
    closed: (code, reason) => add(`closed ${code} ${reason}`),
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((met) => {
      if (events.some((event) => pattern.test(event))) met();
      else waiting.push({ pattern, met });
    });
  return { events, until };
}

async function fakeWorld(): Promise<World> {
  return {
    async open(signal = new AbortController().signal) {
      const socket = await openFakeLinkSocket('accept', signal);
      const peer: Peer = {
        send: (text) => socket.deliver(text),
        ping: () => socket.deliverTraffic(),
        close: (code, reason) => socket.deliverClose(code, reason),
        received: async () => socket.sent.shift() ?? '',
      };
      return { socket, peer };
    },
    close: async () => {},
  };
}

/** A small bridge on a real port, which knows the secret. */
class RealBridge implements World {
  readonly #http: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => linkSubprotocol });
  readonly upgrades: Record<string, unknown>[] = [];
  secret = secret;
  challenge: LinkChallenge | undefined;

  get port(): number {
    return portOf(this.#http);
  }

  async listen(): Promise<this> {
    this.#http.on('upgrade', (request, socket, head) => {
      this.upgrades.push({ url: request.url, ...request.headers });
      this.challenge = {
        editorNonce: String(request.headers[linkHeaders.nonce]),
        bridgeNonce: randomBytes(32).toString('base64url'),
        port: this.port,
      };
      this.#sockets.handleUpgrade(request, socket, head, (open) => this.#sockets.emit('connection', open));
    });
    this.#sockets.on('headers', (headers) => {
      if (this.challenge === undefined) return;
      headers.push(`${linkHeaders.nonce}: ${this.challenge.bridgeNonce}`);
      headers.push(`${linkHeaders.proof}: ${bridgeProof(hmac, this.secret, this.challenge)}`);
    });
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return this;
  }

  async open(signal = new AbortController().signal) {
    const connected: Promise<WebSocket[]> = once(this.#sockets, 'connection');
    const socket = await openLinkSocket({ port: this.port, secret }, signal);
    const [open] = await connected;
    assert.ok(open);
    const peer: Peer = {
      send: (text) => open.send(text),
      ping: () => open.ping(),
      close: (code, reason) => open.close(code, reason),
      received: async () => String((await once(open, 'message'))[0]),
    };
    return { socket, peer };
  }

  async close(): Promise<void> {
    for (const open of this.#sockets.clients) open.terminate();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

const worlds = { fake: fakeWorld, real: () => new RealBridge().listen() };

for (const [name, create] of Object.entries(worlds)) {
  describe(`LinkSocket contract: ${name}`, () => {
    let world: World;
    let socket: LinkSocket;
    let peer: Peer;
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
      await new Promise((resolve) => setImmediate(resolve));
      const second = record(socket);
      await second.until(/closed/);
      assert.deepEqual(
        second.events.filter((event) => event !== 'traffic'),
        ['message 2', 'message 3', 'closed 4004 replaced'],
      );
      assert.ok(!first.events.includes('message 2'));
    });

    it('counts a ping as traffic', async () => {
      const { events, until } = record(socket);
      peer.ping();
      await until(/traffic/);
      assert.deepEqual(events, ['traffic']);
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
      const opening = name === 'real' ? openLinkSocket({ port: 1, secret }, given.signal) : world.open(given.signal);
      await assert.rejects(opening, { name: 'LinkOpenError', kind: 'unreachable', message: 'given up' });
    });
  });
}

describe('openLinkSocket', () => {
  const never = new AbortController().signal;

  it('proves both sides, names the subprotocol and asks for no compression', async () => {
    const bridge = await new RealBridge().listen();
    const { socket } = await bridge.open();
    assert.ok(bridge.challenge);
    assert.equal(socket.editorProof, editorProof(hmac, secret, bridge.challenge));
    const [upgrade] = bridge.upgrades;
    assert.equal(upgrade?.url, linkPath);
    assert.equal(upgrade?.['sec-websocket-protocol'], linkSubprotocol);
    assert.equal(upgrade?.['sec-websocket-extensions'], undefined);
    assert.ok(!JSON.stringify(upgrade).includes(secret));
    socket.dispose();
    await bridge.close();
  });

  it('sends nothing but its nonce to a bridge with another secret', async () => {
    const bridge = await new RealBridge().listen();
    bridge.secret = 'another-secret';
    await assert.rejects(openLinkSocket({ port: bridge.port, secret }, never), {
      name: 'LinkOpenError',
      kind: 'foreign',
      message: `port ${bridge.port} is held by something else`,
    });
    await bridge.close();
  });

  const strangers: Record<string, { answer: (socket: Socket) => void; kind: string }> = {
    'an HTTP server that knows no upgrade': { kind: 'foreign', answer: (s) => s.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n') },
    'a server of another protocol': { kind: 'foreign', answer: (s) => s.write('220 smtp.example ESMTP\r\n') },
    'a server that hangs up': { kind: 'unreachable', answer: (s) => s.destroy() },
    'a bridge that is busy': { kind: 'unreachable', answer: (s) => s.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n') },
  };
  for (const [who, { answer, kind }] of Object.entries(strangers)) {
    it(`finds ${who} ${kind}`, async () => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => answer(socket));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      await assert.rejects(openLinkSocket({ port: portOf(server), secret }, never), { name: 'LinkOpenError', kind });
      server.close();
      await once(server, 'close');
    });
  }

  it('is unreachable where nobody listens', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const message = `no answer on port ${port} (ECONNREFUSED)`;
    await assert.rejects(openLinkSocket({ port, secret }, never), { kind: 'unreachable', message });
  });

  it('leaves no socket behind when it is given up while the other side hesitates', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection');
    const given = new AbortController();
    const opening = openLinkSocket({ port: portOf(server), secret }, given.signal);
    const [socket]: Socket[] = await connected;
    assert.ok(socket);
    socket.on('error', () => socket.destroy());
    const ended = once(socket, 'close');
    socket.resume();
    given.abort(new Error('given up'));
    await assert.rejects(opening, { kind: 'unreachable', message: 'given up' });
    await ended;
    server.close();
  });
});

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
