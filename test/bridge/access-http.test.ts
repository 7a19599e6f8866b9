import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { limits } from '../../shared/limits.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest, mcpHeaders, postMcp, type RawRequest, rawHttp } from '../support/raw-http.ts';

describe('Access over HTTP', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  after(async () => bridge.dispose());

  const body = JSON.stringify(initializeRequest());
  const send = (headers: OutgoingHttpHeaders, more: Partial<RawRequest> = {}) =>
    rawHttp(bridge.port, { body, headers: mcpHeaders(bridge.token, headers), ...more });

  it('lets a client in that has the token', async () => {
    assert.equal((await send({})).status, 200);
    assert.equal(
      (await send({ host: `localhost:${bridge.port}`, origin: `http://localhost:${bridge.port}` })).status,
      200,
    );
  });

  const bearers: readonly (readonly [string, (token: string) => OutgoingHttpHeaders])[] = [
    ['no token', () => ({ authorization: '' })],
    ['a wrong token', () => ({ authorization: 'Bearer wrong' })],
    ['a prefix of the token', (token) => ({ authorization: `Bearer ${token.slice(0, -1)}` })],
    ['the token and more', (token) => ({ authorization: `Bearer ${token}x` })],
    ['the token as another scheme', (token) => ({ authorization: `Basic ${token}` })],
  ];
  for (const [title, headers] of bearers) {
    it(`answers 401 to ${title}, on each route that agents use`, async () => {
      for (const [method, path] of [
        ['POST', '/mcp'],
        ['GET', '/mcp'],
        ['DELETE', '/mcp'],
        ['OPTIONS', '/mcp'],
        ['POST', '/mcp?x=1'],
        ['GET', '/status'],
      ] as const) {
        const answer = await send(headers(bridge.token), { method, path });
        assert.equal(answer.status, 401, `${method} ${path}`);
        assert.match(String(answer.headers['www-authenticate']), /^Bearer realm="holdfast"/);
        assert.match(answer.text, /state directory/);
        assert.ok(!answer.text.includes(bridge.token));
      }
    });
  }

  const sources: readonly (readonly [string, (port: number) => OutgoingHttpHeaders])[] = [
    ['a foreign Host', () => ({ host: 'evil.example' })],
    ['a foreign Host with the port', (port) => ({ host: `evil.example:${port}` })],
    ['the Host without the port', () => ({ host: '127.0.0.1' })],
    ['a foreign Origin', () => ({ origin: 'https://evil.example' })],
    ['the Origin null', () => ({ origin: 'null' })],
    ["another port's Origin", (port) => ({ origin: `http://localhost:${port + 1}` })],
  ];
  for (const [title, headers] of sources) {
    it(`answers 403 to ${title}, on every route and in spite of the token`, async () => {
      for (const [method, path] of [
        ['POST', '/mcp'],
        ['GET', '/status'],
        ['GET', '/proof?nonce=AAAAAAAAAAAAAAAAAAAAAA'],
        ['GET', '/.well-known/x'],
        ['GET', '/'],
      ] as const) {
        assert.equal((await send(headers(bridge.port), { method, path })).status, 403, `${method} ${path}`);
      }
    });

    it(`refuses an upgrade with ${title}`, async () => {
      const own = { host: `127.0.0.1:${bridge.port}`, ...headers(bridge.port) };
      assert.match(await upgrade(bridge.port, '/editor', own), /^HTTP\/1\.1 403 /);
    });
  }

  it('refuses an upgrade of anything but the editor link', async () => {
    assert.match(await upgrade(bridge.port, '/mcp', { host: `127.0.0.1:${bridge.port}` }), /^HTTP\/1\.1 404 /);
  });

  it('refuses before the body has come', async () => {
    const headers = mcpHeaders('wrong', { 'content-length': 1_000_000 });
    const head = Object.entries({ host: `127.0.0.1:${bridge.port}`, ...headers }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    const answer = await rawText(bridge.port, `POST /mcp HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 401 .*connection: close/is);
  });

  describe('of a body', () => {
    const large = 'x'.repeat(limits.bodyMaxBytes + 1);

    it('that declares itself too large answers 413 at once and closes', async () => {
      const answer = await send({}, { body: large });
      assert.equal(answer.status, 413);
      assert.equal(answer.headers.connection, 'close');
    });

    it('that turns out too large answers 413 and closes', async () => {
      const half = 'x'.repeat(limits.bodyMaxBytes / 2);
      const answer = await send({}, { body: [half, half, 'x'] });
      assert.equal(answer.status, 413);
      assert.equal(answer.headers.connection, 'close');
    });

    it('of the greatest size is read', async () => {
      const answer = await send({}, { body: body.padEnd(limits.bodyMaxBytes) });
      assert.equal(answer.status, 200);
    });

    it('that is no JSON answers 400 -32700', async () => {
      for (const malformed of ['', '{', 'null x', '{"jsonrpc":"2.0",}', '\u0000']) {
        const answer = await send({}, { body: malformed });
        assert.deepEqual(
          [answer.status, JSON.parse(answer.text).error.code],
          [400, -32_700],
          JSON.stringify(malformed),
        );
      }
    });

    it('that is no JSON-RPC message answers 400 -32600', async () => {
      for (const odd of [
        'null',
        '1',
        '"x"',
        'true',
        '{}',
        '[]',
        '{"jsonrpc":"1.0","id":1,"method":"ping"}',
        '{"jsonrpc":"2.0","id":null,"method":"ping"}',
        '{"jsonrpc":"2.0","id":{},"method":"ping"}',
        '{"jsonrpc":"2.0","id":1}',
        '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
        '{"jsonrpc":"2.0","id":1,"method":1}',
        '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}',
      ]) {
        const answer = await send({}, { body: odd });
        assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32_600], odd);
      }
    });

    it('leaves the bridge as it was', async () => {
      await send({}, { body: large });
      assert.equal((await postMcp(bridge, initializeRequest())).status, 200);
      assert.doesNotMatch(bridge.stderr, /error/i);
    });
  });
});

function upgrade(port: number, path: string, headers: OutgoingHttpHeaders): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return rawText(port, `GET ${path} HTTP/1.1\r\n${lines.join('')}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
}

/** Sends text and resolves with all that comes back until the connection ends. */
function rawText(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}
