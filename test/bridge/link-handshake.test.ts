import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { WebSocket } from 'ws';
import { linkHeaders, linkPath, linkSubprotocol, linkVersion } from '../../shared/protocol.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';

describe('the handshake of the editor link', () => {
  let bridge: BridgeProcess;
  let editor: FakeEditor;

  before(async () => {
    bridge = await BridgeProcess.start();
  });
  beforeEach(() => {
    editor = new FakeEditor({ port: bridge.port, secret: bridge.editorSecret });
  });
  afterEach(() => editor.dispose());
  after(() => bridge.dispose());

  it('proves the bridge first and welcomes a window that proves itself', async () => {
    const welcome = await editor.connect();
    assert.deepEqual(welcome, {
      type: 'welcome',
      version: linkVersion,
      instance: bridge.event.instance,
      bridgeVersion: welcome.bridgeVersion,
      editorId: editor.editorId,
      heartbeatMs: 10_000,
      graceMs: 30_000,
      features: ['idempotency-key', 'window-upstreams'],
    });
  });

  it('refuses a window with a wrong secret by 4003', async () => {
    await editor.open();
    editor.send(editor.hello({ proof: 'A'.repeat(43) }));
    assert.equal((await editor.closed()).code, 4003);
  });

  it('refuses a window that shows the bridge its own proof back', async () => {
    let shown = '';
    const socket = upgrade(bridge.port, { [linkHeaders.nonce]: 'n'.repeat(32) });
    socket.once('upgrade', (response) => (shown = String(response.headers[linkHeaders.proof])));
    await new Promise((resolve) => socket.once('open', resolve));
    assert.notEqual(shown, '');
    await editor.open();
    const hello = editor.hello({ proof: shown });
    socket.send(JSON.stringify(hello));
    assert.equal(await closeCode(socket), 4003);
  });

  it('refuses a first message that is no hello by 4003', async () => {
    await editor.open();
    editor.send({ type: 'shutdown' });
    assert.equal((await editor.closed()).code, 4003);
    await editor.open();
    editor.sendRaw('not JSON');
    assert.equal((await editor.closed()).code, 4003);
  });

  it('refuses a link version that it does not serve by 4001, even when it cannot read the rest', async () => {
    await editor.open();
    editor.sendRaw(JSON.stringify({ type: 'hello', version: 99, somethingNew: true }));
    const { code, reason } = await editor.closed();
    assert.equal(code, 4001);
    assert.match(reason, /99 is not served here, only 1 to 2/);
  });

  it('closes by 4006 when a hello or a later message does not fit', async () => {
    await editor.open();
    editor.sendRaw(JSON.stringify({ ...editor.hello(), window: 'none' }));
    assert.equal((await editor.closed()).code, 4006);
    await editor.connect();
    editor.sendRaw('{"type":"surprise"}');
    assert.equal((await editor.closed()).code, 4006);
    await editor.connect();
    editor.sendRaw(Buffer.from([1, 2, 3]));
    assert.equal((await editor.closed()).code, 4006);
  });

  it('cuts off a message above the limit', async () => {
    await editor.connect();
    editor.sendRaw('x'.repeat(8 * 1024 * 1024 + 1));
    assert.equal((await editor.closed()).code, 1009);
  });

  it('answers an upgrade without a nonce, with a short one or without the subprotocol by 400', async () => {
    assert.equal(await refusal(upgrade(bridge.port, {})), 400);
    assert.equal(await refusal(upgrade(bridge.port, { [linkHeaders.nonce]: 'short' })), 400);
    assert.equal(await refusal(upgrade(bridge.port, { [linkHeaders.nonce]: 'n'.repeat(32) }, ['other'])), 400);
  });

  it('refuses an upgrade by a web page and one under a foreign host name', async () => {
    const nonce = { [linkHeaders.nonce]: 'n'.repeat(32) };
    assert.equal(await refusal(upgrade(bridge.port, { ...nonce, origin: 'https://evil.example' })), 403);
    assert.equal(await refusal(upgrade(bridge.port, { ...nonce, origin: 'null' })), 403);
    const foreignHost = await refusal(upgrade(bridge.port, { ...nonce, host: 'evil.example' }));
    assert.ok(foreignHost !== 101 && foreignHost >= 400 && foreignHost < 500);
  });

  it('lets a window tell a foreign server on the port, which learns neither secret nor proof', async () => {
    const heard: string[] = [];
    const foreign = createServer((request) => heard.push(JSON.stringify(request.headers)));
    foreign.on('upgrade', (request, socket) => {
      heard.push(JSON.stringify(request.headers));
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const address = foreign.address();
    assert.ok(address !== null && typeof address === 'object');
    await assert.rejects(editor.connect({ port: address.port }));
    await new Promise((resolve) => foreign.close(resolve));
    assert.equal(heard.length, 1);
    assert.ok(!heard.join().includes(bridge.editorSecret) && !heard.join().includes(linkHeaders.proof));
  });

  it('lets the same extension host replace its link, the old one closing by 4005', async () => {
    await editor.connect();
    const twin = new FakeEditor({ ...editor.options, editorId: editor.editorId, epoch: editor.epoch });
    await twin.connect();
    assert.equal((await editor.closed()).code, 4005);
    await twin.dispose();
  });

  it('tells a second living window that its id is in use and takes its new one on the same socket', async () => {
    await editor.connect();
    const second = new FakeEditor({ ...editor.options, editorId: editor.editorId });
    await second.open();
    second.send(second.hello());
    await second.next('id_in_use');
    second.send(second.hello({ editorId: 'window-new' }));
    assert.equal((await second.welcomed()).editorId, 'window-new');
    await second.dispose();
  });

  it('gives the id of a window whose page is gone to the one that came in its place', async () => {
    await editor.connect();
    editor.pageless = true;
    const next = new FakeEditor({ ...editor.options, editorId: editor.editorId });
    assert.equal((await next.connect()).editorId, editor.editorId);
    assert.equal((await editor.closed()).code, 4005);
    await next.dispose();
  });

  it('wants the proof again with the second hello', async () => {
    await editor.connect();
    const second = new FakeEditor({ ...editor.options, editorId: editor.editorId });
    await second.open();
    second.send(second.hello());
    await second.next('id_in_use');
    second.send(second.hello({ editorId: 'window-new', proof: 'wrong' }));
    assert.equal((await second.closed()).code, 4003);
  });

  it('closes every link by 4004 and leaves when a window asks for a restart', async () => {
    await editor.connect();
    const other = await FakeEditor.connect(editor.options);
    editor.send({ type: 'shutdown' });
    assert.deepEqual([(await editor.closed()).code, (await other.closed()).code], [4004, 4004]);
    assert.deepEqual(await bridge.exited(), { code: 0, signal: null });
    assert.throws(() => bridge.file('bridge.json'), { code: 'ENOENT' });
    await bridge.start();
  });
});

function upgrade(port: number, headers: Record<string, string>, protocols: string[] = [linkSubprotocol]): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}${linkPath}`, protocols, { headers });
}

/** Status of the answer to a refused upgrade; 101 when it was not refused. */
function refusal(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}
