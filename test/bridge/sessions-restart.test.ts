import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { BridgeProcess } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { connectMcpClient } from '../support/mcp-client.ts';
import { postMcp } from '../support/raw-http.ts';
import { SessionAgent, sessionStatus, streamed } from '../support/session-agent.ts';
import { removeFolder } from '../support/temp-dir.ts';

const windows = 'holdfast://windows';

describe('A bridge that was killed and started again', function () {
  // Two processes that start on a busy machine take seconds.
  this.timeout(20_000);
  let bridge: BridgeProcess;
  beforeEach(async () => {
    bridge = await BridgeProcess.start();
  });
  afterEach(() => bridge.dispose());

  const killAndStart = async (): Promise<void> => {
    await bridge.kill();
    await bridge.start();
  };

  it('serves every session from before, at once and without a word of it', async () => {
    const agents = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        SessionAgent.open(bridge, ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'][index % 4]),
      ),
    );
    await killAndStart();
    const answers = await Promise.all(agents.map((agent) => agent.request('tools/list')));
    for (const { status, session, notice, result } of answers) {
      assert.deepEqual([status, session, notice, Array.isArray(result?.['tools'])], [200, undefined, undefined, true]);
    }
    for (const agent of agents) assert.equal((await agent.request('ping')).status, 200);
    assert.deepEqual((await sessionStatus(bridge)).counters, { stale: 0, healed: 0, rehydrated: 20 });
  });

  it("is not noticed by the SDK's client: calls and its stream go on", async () => {
    const connected = await connectMcpClient({ url: bridge.url, token: bridge.token });
    const { sessionId } = connected.transport;
    for (let kill = 0; kill < 3; kill++) {
      await killAndStart();
      assert.equal((await connected.client.callTool({ name: 'list_windows', arguments: {} })).isError, undefined);
      await connected.client.ping();
    }
    assert.equal(connected.transport.sessionId, sessionId);
    await connected.close();
  });

  it('still batches for those who negotiated it, and for nobody else', async () => {
    const [batching, other] = [await SessionAgent.open(bridge, '2025-03-26'), await SessionAgent.open(bridge)];
    await killAndStart();
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'ping' }];
    assert.equal((await batching.post(batch)).status, 200);
    assert.equal((await other.post(batch)).status, 400);
  });

  it('still asks a client with roots for them, and routes by them', async () => {
    let asked = 0;
    const connected = await connectMcpClient({
      url: bridge.url,
      token: bridge.token,
      capabilities: { roots: {} },
      setUp: (client) =>
        client.setRequestHandler(ListRootsRequestSchema, () => {
          asked++;
          return { roots: [{ uri: 'file:///home/me/lib/src' }] };
        }),
    });
    await killAndStart();
    const open = (name: string) => {
      const folder = { name, path: `/home/me/${name}`, uri: `file:///home/me/${name}` };
      const handlers = { read_buffer: () => ({ structured: { name } }) };
      return FakeEditor.connect({
        port: bridge.port,
        secret: bridge.editorSecret,
        window: { folders: [folder] },
        handlers,
      });
    };
    const editors = [await open('app'), await open('lib')];
    const result = await connected.client.callTool({ name: 'read_buffer', arguments: { path: 'a.ts' } });
    assert.deepEqual([result.structuredContent, asked], [{ name: 'lib' }, 1]);
    for (const editor of editors) await editor.dispose();
    await connected.close();
  });

  it('keeps the log level and the subscriptions that it acknowledged a moment before it died', async () => {
    const agent = await SessionAgent.open(bridge);
    assert.equal((await agent.request('logging/setLevel', { level: 'info' })).status, 200);
    assert.equal((await agent.request('resources/subscribe', { uri: windows })).status, 200);
    assert.equal((await agent.request('resources/subscribe', { uri: 'holdfast://context' })).status, 200);
    assert.equal((await agent.request('resources/unsubscribe', { uri: 'holdfast://context' })).status, 200);
    await killAndStart();
    const stream = await agent.stream();
    // Nobody saw what happened in between, so what the agent watches counts as changed.
    await streamed(stream, 'notifications/resources/updated');
    const editor = await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret });
    await streamed(stream, 'notifications/message');
    assert.ok(!stream.text().includes('holdfast://context'));
    assert.equal((await agent.request('ping')).notice, undefined);
    stream.close();
    await editor.dispose();
  });

  it('knows which sessions were ended a moment before it died, and never serves them again', async () => {
    const ended = await SessionAgent.open(bridge);
    const other = await SessionAgent.open(bridge);
    assert.equal((await ended.end()).status, 200);
    for (let kill = 0; kill < 2; kill++) {
      await killAndStart();
      for (let attempt = 0; attempt < 3; attempt++) {
        const { status, detail } = await ended.request('ping');
        assert.deepEqual([status, detail], [404, 'terminated']);
      }
      assert.equal((await ended.end()).status, 404);
    }
    assert.equal((await other.request('ping')).status, 200);
  });

  const told = {
    state: 'rehydrated',
    notRestored: ['logging/setLevel', 'resources/subscribe'],
    message: 'The session outlived its bridge, but these may be lost; set them again if you use them.',
  };
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['is gone', (path) => rmSync(path)],
    ['is empty', (path) => writeFileSync(path, '')],
    ['is full of zeros', (path) => writeFileSync(path, Buffer.alloc(4_096))],
    ['could be read by others', (path) => chmodSync(path, 0o644)],
  ];
  for (const [title, damage] of damages) {
    it(`says once in each session what may be lost when its record ${title}`, async () => {
      const agent = await SessionAgent.open(bridge);
      await agent.request('logging/setLevel', { level: 'info' });
      // The record counts in seconds: what was opened in the second of the damage cannot be told from later.
      await new Promise((resolve) => setTimeout(resolve, 1_001));
      await bridge.kill();
      damage(join(bridge.stateDir, 'sessions.jsonl'));
      await bridge.start();
      assert.deepEqual((await agent.request('tools/list')).notice, told);
      assert.equal((await agent.request('tools/list')).notice, undefined);
      const later = await SessionAgent.open(bridge);
      await killAndStart();
      assert.equal((await later.request('ping')).notice, undefined);
    });
  }

  it('loses nothing to a line that was torn off when it died', async () => {
    const [agent, ended] = [await SessionAgent.open(bridge), await SessionAgent.open(bridge)];
    await ended.end();
    await bridge.kill();
    appendFileSync(join(bridge.stateDir, 'sessions.jsonl'), '{"kind":"watch","key":"abc","untilS":99');
    await bridge.start();
    assert.equal((await agent.request('ping')).notice, undefined);
    assert.equal((await ended.request('ping')).detail, 'terminated');
    const second = await SessionAgent.open(bridge);
    await second.end();
    await killAndStart();
    assert.equal((await second.request('ping')).detail, 'terminated');
  });

  it('goes on without its record where the state directory is gone', async () => {
    const agent = await SessionAgent.open(bridge);
    const { token } = bridge;
    rmSync(join(bridge.stateDir, 'sessions.jsonl'));
    removeFolder(bridge.stateDir);
    const post = (method: string, params?: object) =>
      postMcp({ port: bridge.port, token }, { jsonrpc: '2.0', id: 1, method, params }, { 'mcp-session-id': agent.id });
    assert.equal((await post('logging/setLevel', { level: 'info' })).status, 200);
    assert.equal((await post('ping')).status, 200);
    assert.match(bridge.stderr, /after a restart agents' sessions will lack what changes in them now: ENOENT/);
  });
});
