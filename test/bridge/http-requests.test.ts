import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest, mcpHeaders, openSession, postMcp, rawHttp } from '../support/raw-http.ts';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('HTTP requests', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  let session: OutgoingHttpHeaders;
  before(async () => {
    bridge = await BridgeProcess.start();
    session = await openSession(bridge);
  });
  after(async () => bridge.dispose());

  describe('reach', () => {
    const routes: readonly (readonly [string, string, number])[] = [
      ['GET', '/status', 200],
      ['POST', '/status', 404],
      ['GET', '/proof?nonce=AAAAAAAAAAAAAAAAAAAAAA', 200],
      ['GET', '/proof?nonce=short', 400],
      ['GET', '/proof', 400],
      ['GET', '/', 404],
      ['GET', '/.well-known/oauth-protected-resource', 404],
      ['GET', '/.well-known/oauth-authorization-server/mcp', 404],
      ['POST', '/mcp/', 404],
      ['POST', '/MCP', 404],
      ['POST', '/mcp/x', 404],
      ['POST', '//mcp', 404],
      ['POST', '/register', 404],
      ['PUT', '/mcp', 405],
      ['OPTIONS', '/mcp', 405],
      ['PATCH', '/mcp', 405],
    ];
    for (const [method, path, status] of routes) {
      it(`${method} ${path} with ${status} and JSON`, async () => {
        const answer = await rawHttp(bridge.port, { method, path, headers: mcpHeaders(bridge.token) });
        assert.deepEqual([answer.status, answer.headers['content-type']], [status, 'application/json']);
        assert.doesNotThrow(() => JSON.parse(answer.text));
      });
    }

    it('the endpoint with a query as without', async () => {
      const answer = await rawHttp(bridge.port, {
        path: '/mcp?toolsets=core',
        headers: mcpHeaders(bridge.token, session),
        body: JSON.stringify(ping),
      });
      assert.equal(answer.status, 200);
    });

    it('the proof without a token, and the proof tells none', async () => {
      const answer = await rawHttp(bridge.port, { method: 'GET', path: '/proof?nonce=AAAAAAAAAAAAAAAAAAAAAA' });
      assert.equal(answer.status, 200);
      assert.deepEqual(Object.keys(JSON.parse(answer.text)).sort(), ['features', 'instance', 'proof', 'version']);
      assert.ok(!answer.text.includes(bridge.token) && !answer.text.includes(bridge.editorSecret));
    });
  });

  describe('name their media types', () => {
    const types: readonly (readonly [string, OutgoingHttpHeaders, number])[] = [
      ['both answers, as the spec asks', {}, 200],
      ['with parameters and in another case', { accept: 'Application/JSON;q=1, TEXT/event-stream;q=0.5' }, 200],
      ['any answer', { accept: '*/*' }, 200],
      ['JSON only', { accept: 'application/json' }, 200],
      ['an event stream only', { accept: 'text/event-stream' }, 406],
      ['a web page', { accept: 'text/html' }, 406],
      ['a body with a charset', { 'content-type': 'application/json; charset=utf-8' }, 200],
      ['a body as text', { 'content-type': 'text/plain' }, 415],
      ['a body as text that mentions JSON', { 'content-type': 'text/plain; x=application/json' }, 415],
      ['a body as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ];
    for (const [title, headers, status] of types) {
      it(`${title}: ${status}`, async () => {
        assert.equal((await postMcp(bridge, ping, { ...session, ...headers })).status, status);
      });
    }

    it('no Accept at all: 200', async () => {
      const { accept: _, ...headers } = mcpHeaders(bridge.token, session);
      assert.equal((await rawHttp(bridge.port, { headers, body: JSON.stringify(ping) })).status, 200);
    });

    it('no Content-Type at all: 415', async () => {
      const { 'content-type': _, ...headers } = mcpHeaders(bridge.token, session);
      assert.equal((await rawHttp(bridge.port, { headers, body: JSON.stringify(ping) })).status, 415);
    });
  });

  describe('carry ids', () => {
    for (const id of [0, 1, -7, 9_007_199_254_740_991, '', '0', 'a"b', 'ümlaut\n']) {
      it(`such as ${JSON.stringify(id)}, which come back as they were`, async () => {
        for (const method of ['ping', 'tools/list']) {
          const answer = await postMcp(bridge, { jsonrpc: '2.0', id, method }, session);
          assert.deepEqual([answer.status, JSON.parse(answer.text).id], [200, id], method);
        }
      });
    }

    it('and an unknown method is an error of the protocol', async () => {
      const answer = await postMcp(bridge, { jsonrpc: '2.0', id: 3, method: 'no/such' }, session);
      assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [200, -32_601]);
    });

    it('and a notification, known or not, gets 202 and nothing else', async () => {
      for (const method of ['notifications/initialized', 'notifications/whatever']) {
        const answer = await postMcp(bridge, { jsonrpc: '2.0', method }, session);
        assert.deepEqual([answer.status, answer.text], [202, '']);
      }
    });

    it('and a response that nobody waits for gets 202', async () => {
      const answer = await postMcp(bridge, { jsonrpc: '2.0', id: 99, result: {} }, session);
      assert.deepEqual([answer.status, answer.text], [202, '']);
    });
  });

  describe('in batches', () => {
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 'two', method: 'tools/list' },
      { jsonrpc: '2.0', id: 3, method: 'no/such' },
    ];

    it('are answered in order by the one version that has them', async () => {
      const batching = await openSession(bridge, '2025-03-26');
      const answer = await postMcp(bridge, batch, batching);
      assert.equal(answer.status, 200);
      const answers: readonly { id: unknown }[] = JSON.parse(answer.text);
      assert.deepEqual(
        answers.map(({ id }) => id),
        [1, 'two', 3],
      );
    });

    it('of notifications get 202', async () => {
      const batching = await openSession(bridge, '2025-03-26');
      assert.equal((await postMcp(bridge, [batch[1]], batching)).status, 202);
    });

    it('are refused by every other version', async () => {
      for (const version of ['2024-11-05', '2025-06-18', '2025-11-25']) {
        const other = await openSession(bridge, version);
        const answer = await postMcp(bridge, batch, other);
        assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32_600], version);
      }
    });

    it('are refused without a session, empty, with initialize, with anything odd, or when too many', async () => {
      const batching = await openSession(bridge, '2025-03-26');
      assert.equal((await postMcp(bridge, batch)).status, 400);
      for (const odd of [
        [],
        [initializeRequest()],
        [1],
        [{}],
        [batch],
        Array.from({ length: 101 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' })),
      ]) {
        const answer = await postMcp(bridge, odd, batching);
        assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32_600]);
      }
    });
  });
});
