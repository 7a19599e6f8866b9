import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { editorProof } from '../../shared/proof.ts';
import { linkPath, linkSubprotocol } from '../../shared/protocol.ts';
import { hmac, LinkBridge, portOf, linkSecret as secret } from '../support/link-bridge.ts';

describe('openLinkSocket', () => {
  const never = new AbortController().signal;

  it('proves both sides, names the subprotocol and asks for no compression', async () => {
    const bridge = await new LinkBridge().listen();
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
    const bridge = await new LinkBridge().listen();
    bridge.secret = 'another-secret';
    await assert.rejects(openLinkSocket({ port: bridge.port, secret }, never), {
      name: 'LinkOpenError',
      kind: 'foreign',
      message: `port ${bridge.port} is held by something else`,
    });
    await bridge.close();
  });

  const strangers: Record<string, { answer: (socket: Socket) => void; kind: string }> = {
    'an HTTP server that knows no upgrade': {
      kind: 'foreign',
      answer: (s) => s.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'),
    },
    'a server of another protocol': { kind: 'foreign', answer: (s) => s.write('220 smtp.example ESMTP\r\n') },
    'a server that hangs up': { kind: 'unreachable', answer: (s) => s.destroy() },
    'a bridge that is busy': {
      kind: 'unreachable',
      answer: (s) => s.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'),
    },
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

  it('answers a ping by itself, with what it held', async () => {
    const server = await new LinkBridge().listen();
    const { socket, remote } = await server.open();
    const answered = once(remote, 'pong');
    remote.ping('beat');
    assert.equal(String((await answered)[0]), 'beat');
    socket.dispose();
    await server.close();
  });

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
