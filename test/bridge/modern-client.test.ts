import assert from 'node:assert/strict';
import type { SubscriptionFilter } from '@modelcontextprotocol/client';
import { eventually } from '../support/eventually.ts';
import { sampleOutputs } from '../support/sample-outputs.ts';
import { SdkScene } from '../support/sdk-scene.ts';

const folder = (path: string) => ({ folders: [{ name: path, path, uri: `file://${path}` }] });

describe('The newer SDK client', function () {
  // A process that starts on a busy machine takes seconds.
  this.timeout(15_000);
  let scene: SdkScene;
  beforeEach(async () => {
    scene = await SdkScene.start();
  });
  afterEach(() => scene.dispose());

  /** Names and sessions of the agents that `GET /status` shows. */
  const agents = async (): Promise<readonly unknown[]> => {
    const headers = { authorization: `Bearer ${scene.bridge.token}` };
    const status: { agents: readonly { name: string; sessions: number }[] } = JSON.parse(
      await (await fetch(`${scene.bridge.origin}/status`, { headers })).text(),
    );
    return status.agents.map(({ name, sessions }) => [name, sessions]);
  };

  it('finds the modern era by itself, and what the server is', async () => {
    const { client, errors } = await scene.connectModern();
    assert.deepEqual([client.getProtocolEra(), client.getNegotiatedProtocolVersion()], ['modern', '2026-07-28']);
    assert.equal(client.getServerVersion()?.name, 'holdfast');
    assert.match(client.getInstructions() ?? '', /live VS Code/);
    assert.deepEqual(client.getServerCapabilities()?.resources, { subscribe: true });
    assert.deepEqual(errors, []);
  });

  it('lists the tools and calls them: every output schema fits what comes back', async () => {
    const { client, errors } = await scene.connectModern();
    const { tools } = await client.listTools();
    const tool = tools.find(({ name }) => name === 'read_buffer');
    const [structured = {}] = sampleOutputs(tool?.outputSchema);
    assert.ok(typeof structured === 'object' && structured !== null);
    const editor = await scene.openWindow({ handlers: { read_buffer: () => ({ structured }) } });
    const result = await client.callTool({ name: 'read_buffer', arguments: { path: 'a.ts' } });
    assert.deepEqual(result.structuredContent, structured);
    const { name, version, tokenId } = editor.calls[0]?.agent ?? {};
    assert.deepEqual([name, version, tokenId?.length], ['sdk-v2', '2.0.0', 8]);
    assert.deepEqual(errors, []);
  });

  it('is told what went wrong: in the result by a tool, as an error by the protocol', async () => {
    const { client, errors } = await scene.connectModern();
    const failed = await client.callTool({ name: 'read_buffer', arguments: { path: 'a.ts' } });
    assert.deepEqual([failed.isError, JSON.stringify(failed.content).includes('no_window')], [true, true]);
    await assert.rejects(client.callTool({ name: 'read_bufer' }), /Did you mean \\?"read_buffer/);
    await assert.rejects(
      client.readResource({ uri: 'holdfast://nothing' }),
      /Resource not found: holdfast:\/\/nothing/,
    );
    assert.deepEqual(errors, []);
  });

  it('gets progress ahead of the result when it asks for it', async () => {
    await scene.openWindow({
      handlers: {
        read_buffer: ({ id }, self) => {
          for (const progress of [1, 2, 2, 3]) self.send({ type: 'progress', id, progress, total: 3 });
          return { structured: { done: true } };
        },
      },
    });
    const { client, errors } = await scene.connectModern();
    const seen: number[] = [];
    const onprogress = ({ progress }: { readonly progress: number }) => void seen.push(progress);
    const result = await client.callTool({ name: 'read_buffer', arguments: { path: 'a' } }, { onprogress });
    assert.deepEqual([result.structuredContent, seen, errors], [{ done: true }, [1, 2, 3], []]);
  });

  it('cancels a call by leaving: the window hears of it, and the connection is left clean', async () => {
    const editor = await scene.openWindow({ handlers: { read_buffer: () => undefined } });
    const { client, errors } = await scene.connectModern();
    const cancel = new AbortController();
    const call = client.callTool({ name: 'read_buffer', arguments: { path: 'a' } }, { signal: cancel.signal });
    const { id } = await editor.callNumber(1);
    cancel.abort('changed my mind');
    await assert.rejects(call, /changed my mind/);
    await eventually(() => editor.cancels.find((cancelled) => cancelled === id), 'the cancel');
    assert.equal((await client.listTools()).tools.length > 0, true);
    assert.deepEqual(errors, []);
  });

  it('subscribes to a resource, hears of its changes, and of nothing after it has closed', async () => {
    const { client, errors } = await scene.connectModern();
    const updated: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
    const wanted: SubscriptionFilter = {
      toolsListChanged: true,
      resourceSubscriptions: ['holdfast://windows', 'a://b'],
    };
    const subscription = await client.listen(wanted);
    assert.deepEqual(subscription.honoredFilter, { ...wanted, resourceSubscriptions: ['holdfast://windows'] });
    await scene.openWindow();
    await eventually(() => updated.at(-1), 'the change');
    await subscription.close();
    assert.equal(await subscription.closed, 'local');
    assert.deepEqual(new Set(updated), new Set(['holdfast://windows']));
    assert.deepEqual(errors, []);
  });

  it('is told by the bridge that a subscription ends with it', async () => {
    const { client } = await scene.connectModern();
    const subscription = await client.listen({ resourceSubscriptions: ['holdfast://windows'] });
    await scene.bridge.stop();
    assert.equal(await subscription.closed, 'graceful');
  });

  it('gets a window by the headers of our own parts', async () => {
    const handler = (name: string) => ({ read_buffer: () => ({ structured: { name } }) });
    const app = await scene.openWindow({ window: folder('/home/me/app'), handlers: handler('app') });
    await scene.openWindow({ window: folder('/home/me/ünit'), handlers: handler('ünit') });
    const answered = async (headers: Record<string, string>): Promise<unknown> => {
      const { client } = await scene.connectModern({ headers });
      return (await client.callTool({ name: 'read_buffer', arguments: { path: 'x' } })).structuredContent;
    };
    const inUnit = encodeURIComponent('/home/me/ünit/src');
    assert.deepEqual(await answered({ 'holdfast-folder': inUnit }), { name: 'ünit' });
    assert.deepEqual(await answered({ 'holdfast-folder': inUnit, 'holdfast-window': app.editorId }), { name: 'app' });
    assert.equal(await answered({}), undefined);
  });

  it('works beside a client of the legacy era on the same bridge, each with its own answers', async () => {
    await scene.openWindow({
      handlers: { read_buffer: ({ input, agent }) => ({ structured: { agent: agent.name, path: input['path'] } }) },
    });
    const [legacy, modern] = await Promise.all([scene.connect({ name: 'old' }), scene.connectModern({ name: 'new' })]);
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const call = { name: 'read_buffer', arguments: { path: String(index) } };
      const [old, young] = await Promise.all([legacy.client.callTool(call), modern.client.callTool(call)]);
      assert.deepEqual(old.structuredContent, { agent: 'old', path: String(index) });
      assert.deepEqual(young.structuredContent, { agent: 'new', path: String(index) });
    });
    await Promise.all(calls);
    assert.deepEqual((await legacy.client.listTools()).tools, (await modern.client.listTools()).tools);
    assert.deepEqual(await agents(), [
      ['old', 1],
      ['new', 1],
    ]);
    assert.deepEqual([legacy.errors, modern.errors], [[], []]);
  });
});
