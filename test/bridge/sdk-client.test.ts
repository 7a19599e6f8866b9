import assert from 'node:assert/strict';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../support/eventually.ts';
import type { FakeEditor, FakeEditorOptions } from '../support/fake-editor.ts';
import type { McpClient, McpClientOptions } from '../support/mcp-client.ts';
import { SdkScene } from '../support/sdk-scene.ts';

const folder = (path: string) => ({ folders: [{ name: path, path, uri: `file://${path}` }] });

describe('The SDK client', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let scene: SdkScene;
  // One bridge for each test: a window that has gone is waited for, and would make the next test's route ambiguous.
  beforeEach(async () => {
    scene = await SdkScene.start();
  });
  afterEach(() => scene.dispose());

  const connect = (options?: Partial<McpClientOptions>): Promise<McpClient> => scene.connect(options);
  const openWindow = (options: Partial<FakeEditorOptions>): Promise<FakeEditor> => scene.openWindow(options);

  it('connects, lists the tools, pings, sets the log level and calls', async () => {
    await openWindow({ handlers: { read_buffer: ({ input }) => ({ structured: { echo: input } }) } });
    const { client, errors } = await connect();
    assert.equal(client.getServerVersion()?.name, 'holdfast');
    await client.ping();
    await client.setLoggingLevel('warning');
    const result = await client.callTool({ name: 'read_buffer', arguments: { path: 'a.ts' } });
    assert.deepEqual(result.structuredContent, { echo: { path: 'a.ts' } });
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'list_windows'));
    const listed = await client.callTool({ name: 'list_windows', arguments: {} });
    assert.equal(listed.isError, undefined);
    assert.deepEqual(errors, []);
  });

  it('gets, with a hundred calls at once from each of two clients, each its own answer', async () => {
    await openWindow({
      handlers: {
        read_buffer: async ({ input }) => {
          // Out of order on purpose: the later half answers first.
          if (Number(input['path']) % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
          return { structured: { echo: input['path'] } };
        },
      },
    });
    const clients = await Promise.all(['a', 'b'].map((name) => connect({ name })));
    const calls = clients.flatMap(({ client }, which) =>
      Array.from({ length: 100 }, async (_, index) => {
        const path = String(which * 1_000 + index);
        const { structuredContent } = await client.callTool({ name: 'read_buffer', arguments: { path } });
        assert.deepEqual(structuredContent, { echo: path });
      }),
    );
    await Promise.all(calls);
    assert.equal(new Set(clients.map(({ transport }) => transport.sessionId)).size, 2);
    assert.deepEqual(
      clients.flatMap(({ errors }) => errors),
      [],
    );
  });

  it('cancels a call: the window hears of it, and the connection is left clean', async () => {
    const editor = await openWindow({ handlers: { read_buffer: () => undefined } });
    const { client, errors } = await connect();
    const cancel = new AbortController();
    const call = client.callTool({ name: 'read_buffer', arguments: { path: 'a' } }, undefined, {
      signal: cancel.signal,
    });
    const { id } = await editor.callNumber(1);
    cancel.abort('changed my mind');
    await assert.rejects(call, /changed my mind/);
    await eventually(() => editor.cancels.find((cancelled) => cancelled === id), 'the cancel');
    await client.ping();
    assert.deepEqual(errors, []);
  });

  it('gets progress ahead of the result when it asks for it', async () => {
    const editor = await openWindow({
      handlers: {
        read_buffer: ({ id }, self) => {
          for (const progress of [1, 2, 2, 3])
            self.send({ type: 'progress', id, progress, total: 3, message: `step ${progress}` });
          return { structured: { done: true } };
        },
      },
    });
    const { client, errors } = await connect();
    const seen: object[] = [];
    const call = () =>
      client.callTool({ name: 'read_buffer', arguments: { path: 'a' } }, undefined, {
        onprogress: (update) => seen.push(update),
      });
    assert.deepEqual((await call()).structuredContent, { done: true });
    assert.deepEqual(seen, [
      { progress: 1, total: 3, message: 'step 1' },
      { progress: 2, total: 3, message: 'step 2' },
      { progress: 3, total: 3, message: 'step 3' },
    ]);
    await client.callTool({ name: 'read_buffer', arguments: { path: 'a' } });
    assert.equal(editor.calls.length, 2);
    assert.deepEqual(errors, []);
  });

  it('gets a window that suits its roots, and another one when they change', async () => {
    const handler = (name: string) => ({ read_buffer: () => ({ structured: { name } }) });
    await openWindow({ window: folder('/home/me/app'), handlers: handler('app') });
    await openWindow({ window: folder('/home/me/lib'), handlers: handler('lib') });
    let roots = [{ uri: 'file:///home/me/lib/src' }];
    let asked = 0;
    const { client } = await connect({
      capabilities: { roots: { listChanged: true } },
      setUp: (raw) =>
        raw.setRequestHandler(ListRootsRequestSchema, () => {
          asked++;
          return { roots };
        }),
    });
    const answered = async (): Promise<unknown> =>
      (await client.callTool({ name: 'read_buffer', arguments: { path: 'x' } })).structuredContent;
    // Asked on the stream of the call itself, so it does not matter whether the client has opened its own by now.
    for (let call = 0; call < 3; call++) assert.deepEqual(await answered(), { name: 'lib' });
    assert.equal(asked, 1);
    roots = [{ uri: 'file:///home/me/app' }];
    await client.sendRootsListChanged();
    assert.deepEqual(await answered(), { name: 'app' });
  });

  it('gets a window by the headers of our own parts: its folder, and before that its window', async () => {
    const handler = (name: string) => ({ read_buffer: () => ({ structured: { name } }) });
    const app = await openWindow({ window: folder('/home/me/app'), handlers: handler('app') });
    await openWindow({ window: folder('/home/me/ünit'), handlers: handler('ünit') });
    const answered = async (headers: Record<string, string>): Promise<unknown> => {
      const { client } = await connect({ headers });
      return (await client.callTool({ name: 'read_buffer', arguments: { path: 'x' } })).structuredContent;
    };
    const inUnit = encodeURIComponent('/home/me/ünit/src');
    assert.deepEqual(await answered({ 'holdfast-folder': inUnit }), { name: 'ünit' });
    assert.deepEqual(await answered({ 'holdfast-folder': inUnit, 'holdfast-window': app.editorId }), { name: 'app' });
    assert.equal(await answered({ 'holdfast-folder': '%' }), undefined);
  });

  it('is told 404 for a session that has ended, and can connect anew', async () => {
    const { client, transport } = await connect();
    const headers = { authorization: `Bearer ${scene.bridge.token}`, 'mcp-session-id': transport.sessionId ?? '' };
    assert.equal((await fetch(scene.bridge.url, { method: 'DELETE', headers })).status, 200);
    await assert.rejects(client.ping(), /Session not found/);
    await assert.rejects(client.ping(), (error: unknown) => error instanceof StreamableHTTPError && error.code === 404);
    await (await connect()).client.ping();
  });
});
