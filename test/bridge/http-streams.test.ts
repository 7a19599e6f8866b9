import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { BridgeProcess } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { mcpHeaders, openSession, postMcp, rawHttp } from '../support/raw-http.ts';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('The event stream of a session', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let bridge: BridgeProcess;
  const open: IncomingMessage[] = [];
  before(async () => {
    bridge = await BridgeProcess.start();
  });
  afterEach(() => {
    for (const response of open.splice(0)) response.destroy();
  });
  after(async () => bridge.dispose());

  /** Opens a stream and resolves with its head. */
  const stream = (session: object): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = mcpHeaders(bridge.token, { accept: 'text/event-stream', ...session });
      const req = request({ host: '127.0.0.1', port: bridge.port, path: '/mcp', method: 'GET', headers, agent: false });
      req.on('error', reject);
      req.on('response', (response) => {
        open.push(response);
        response.on('error', () => undefined).resume();
        resolve(response);
      });
      req.end();
    });

  it('opens at once', async () => {
    const response = await stream(await openSession(bridge));
    assert.deepEqual([response.statusCode, response.headers['content-type']], [200, 'text/event-stream']);
    assert.match(String(response.headers['cache-control']), /no-cache/);
  });

  it('is one: a second gets 409, and the first stays open', async () => {
    const session = await openSession(bridge);
    const first = await stream(session);
    assert.equal((await stream(session)).statusCode, 409);
    assert.ok(!first.closed && !first.complete);
  });

  it('can be opened again after it was dropped, and the session has lived on', async () => {
    const session = await openSession(bridge);
    (await stream(session)).destroy();
    assert.equal((await postMcp(bridge, ping, session)).status, 200);
    const again = await eventually(async () => {
      const response = await stream(session);
      return response.statusCode === 200 ? response : undefined;
    }, 'the stream to be free');
    assert.equal(again.statusCode, 200);
  });

  it('ends with its session', async () => {
    const session = await openSession(bridge);
    const response = await stream(session);
    const ended = new Promise((resolve) => response.once('end', resolve));
    await rawHttp(bridge.port, { method: 'DELETE', headers: mcpHeaders(bridge.token, session) });
    await ended;
  });

  it('belongs to one session only', async () => {
    assert.equal((await stream(await openSession(bridge))).statusCode, 200);
    assert.equal((await stream(await openSession(bridge))).statusCode, 200);
  });

  it('is refused to a client that does not take event streams', async () => {
    assert.equal((await stream({ ...(await openSession(bridge)), accept: 'application/json' })).statusCode, 406);
  });

  it('is refused without a session: 400, or 405 when not even a version tells the era', async () => {
    assert.equal((await stream({ 'mcp-protocol-version': '2025-11-25' })).statusCode, 400);
    assert.equal((await stream({})).statusCode, 405);
  });
});
