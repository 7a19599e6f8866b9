import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { limits } from '../../shared/limits.ts';
import { environment } from '../../shared/state-files.ts';
import { bridgeBundle } from '../support/bridge-build.ts';
import { eventually } from '../support/eventually.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type ShimOptions, ShimProcess } from '../support/shim-process.ts';

const folderAt = (path: string) => ({ name: 'folder', path, uri: `file://${path}` });
const openedAt = (line: number) => ({
  structured: { path: 'a.ts', start: { line, column: 1 }, end: { line, column: 1 }, focused: false },
});
const opened = openedAt(1);

describe('The shim', () => {
  let scene: SdkScene;
  const shims: ShimProcess[] = [];
  before(async () => {
    scene = await SdkScene.start();
  });
  after(() => scene?.dispose());
  afterEach(async () => {
    for (const shim of shims.splice(0)) await shim.dispose();
  });
  const start = (options: Partial<ShimOptions> = {}) => {
    const shim = new ShimProcess({ stateDir: scene.bridge.stateDir, ...options });
    shims.push(shim);
    return shim;
  };

  it('serves the SDK’s own stdio client: initialize, lists, a call and its roots', async () => {
    await scene.openWindow({
      editorId: 'window-roots',
      window: { folders: [folderAt('/roots/here')] },
      handlers: { open_file: () => opened },
    });
    await scene.openWindow({ editorId: 'window-else', window: { folders: [folderAt('/else')] } });
    const client = new Client({ name: 'sdk', version: '1' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///roots/here' }] }));
    const env = { PATH: process.env['PATH'] ?? '', [environment.stateDir]: scene.bridge.stateDir };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [bridgeBundle(), 'stdio'], env }));
    try {
      assert.ok((await client.listTools()).tools.some(({ name }) => name === 'open_file'));
      assert.ok((await client.listResources()).resources.length > 0);
      const result = await client.callTool({ name: 'open_file', arguments: { path: 'a.ts' } });
      assert.deepEqual(result.structuredContent, opened.structured);
      await client.ping();
    } finally {
      await client.close();
    }
  });

  it('passes progress on ahead of the answer, and a cancellation to the window', async () => {
    const editor = await scene.openWindow({ editorId: 'window-slow', handlers: { open_file: () => undefined } });
    const shim = start({ window: 'window-slow' });
    await shim.initialize();
    const calls = editor.calls.length;
    const answer = shim.call('open_file', { path: 'a.ts' }, { progressToken: 'p' });
    const call = await editor.callNumber(calls + 1);
    editor.send({ type: 'progress', id: call.id, progress: 1, message: 'half' });
    const { params } = await shim.next('notifications/progress');
    assert.deepEqual(params, { progressToken: 'p', progress: 1, message: 'half' });
    editor.result(call.id, opened);
    assert.deepEqual((await answer).result?.['structuredContent'], opened.structured);

    void shim.request('tools/call', { name: 'open_file', arguments: { path: 'b.ts' } }, 77);
    const second = await editor.callNumber(calls + 2);
    shim.notify('notifications/cancelled', { requestId: 77 });
    await eventually(() => editor.cancels.includes(second.id) || undefined, 'the cancel');
    assert.deepEqual((await shim.request('ping')).result, {});
    assert.ok(!shim.messages.some(({ id }) => id === 77), 'a cancelled request was answered');
  });

  it('goes to the window of its terminal, else to the one that has its working directory open', async () => {
    const folder = scene.bridge.stateDir;
    await scene.openWindow({
      editorId: 'window-cwd',
      window: { folders: [folderAt(folder)] },
      handlers: { open_file: () => openedAt(2) },
    });
    await scene.openWindow({
      editorId: 'window-named',
      handlers: { open_file: () => openedAt(3) },
    });
    const lines = await Promise.all(
      [
        start({ cwd: folder }),
        start({ cwd: folder, window: 'window-named' }),
        start({ cwd: folder, args: ['--window', 'window-named'] }),
      ].map(async (shim) => {
        await shim.initialize();
        const { result } = await shim.call('open_file', { path: 'a.ts' });
        return result?.['structuredContent'];
      }),
    );
    assert.deepEqual(
      lines,
      [2, 3, 3].map((line) => openedAt(line).structured),
    );
  });

  it('goes to no window but the one that it was started for, and takes one of its terminal for advice', async () => {
    const [held, named] = await Promise.all(
      ['held', 'bound'].map((name) =>
        scene.openWindow({
          editorId: `window-${name}`,
          window: { folders: [folderAt(`/only/${name}`)] },
          handlers: { open_file: () => opened },
        }),
      ),
    );
    const opens = async (options: Partial<ShimOptions>) => {
      const shim = start(options);
      await shim.initialize();
      const { result } = await shim.call('open_file', { path: '/only/held/a.ts' });
      return JSON.stringify(result);
    };
    await opens({ args: ['--window', 'window-bound'] });
    assert.deepEqual([held?.calls.length, named?.calls.length], [0, 1]);
    assert.match(await opens({ args: ['--window', 'window-gone'] }), /There is no window/);
    for (const window of ['window-bound', 'window-gone', '☃']) await opens({ window });
    assert.deepEqual([held?.calls.length, named?.calls.length], [3, 1]);
  });

  it('passes a modern client’s requests on, with headers made from their bodies', async () => {
    const shim = start();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const discovered = await shim.request('server/discover', { _meta });
    assert.ok(Array.isArray(discovered.result?.['supportedVersions']), JSON.stringify(discovered));
    const called = await shim.request('tools/call', { name: 'list_windows', arguments: {}, _meta });
    assert.equal(called.result?.['resultType'], 'complete', JSON.stringify(called));
    const read = await shim.request('resources/read', { uri: 'holdfast://windows', _meta });
    assert.ok(Array.isArray(read.result?.['contents']), JSON.stringify(read));
    const unknown = await shim.request('no/such', { _meta });
    assert.equal(unknown.error?.code, -32_601);
    const notifications = { resourceSubscriptions: ['holdfast://windows'] };
    shim.send({ jsonrpc: '2.0', id: 'listen', method: 'subscriptions/listen', params: { notifications, _meta } });
    await shim.next('notifications/subscriptions/acknowledged');
    await scene.openWindow({ editorId: 'window-new' });
    const { params } = await shim.next('notifications/resources/updated');
    assert.deepEqual(params, {
      uri: 'holdfast://windows',
      _meta: { 'io.modelcontextprotocol/subscriptionId': 'listen' },
    });
    shim.notify('notifications/cancelled', { requestId: 'listen' });
    assert.deepEqual((await shim.request('ping', { _meta })).error?.code, -32_601);
  });

  it('answers what is no message with the protocol’s errors, under the id where there is one', async () => {
    const shim = start();
    shim.send('{"jsonrpc":"2.0",');
    shim.send('{"id":"x","method":5,"jsonrpc":"2.0"}');
    shim.send({ method: 'tools/call', params: { a: 'x'.repeat(limits.lineMaxBytes) }, jsonrpc: '2.0', id: 'long' });
    await eventually(() => (shim.messages.length >= 3 ? true : undefined), 'three errors');
    assert.deepEqual(
      shim.messages.map(({ id, error }) => [id, error !== undefined && Object.entries({ ...error })[0]]),
      [
        [null, ['code', -32_700]],
        ['x', ['code', -32_600]],
        ['long', ['code', -32_000]],
      ],
    );
    const early = await shim.request('tools/list');
    assert.equal(early.error?.code, -32_000);
    assert.match(early.error?.message ?? '', /initialize/);
  });

  it('says how it stands when it is asked for holdfast/status', async () => {
    const shim = start();
    await shim.initialize();
    const { result } = await shim.request('holdfast/status');
    const { instance, url } = scene.bridge.event;
    assert.deepEqual(result, { bridge: { state: 'ready', url, instance }, session: 1, running: 0 });
  });

  it('writes nothing but messages to stdout, and each on one line', async () => {
    const shim = start();
    await shim.initialize();
    await shim.request('tools/list');
    await shim.call('list_windows');
    await shim.call('no_such_tool');
    assert.deepEqual(shim.garbage, []);
  });
});
