import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentHeaders } from '../../shared/agent-headers.ts';
import type { StatusMessage } from '../../shared/protocol.ts';
import { runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeEditor } from '../support/fake-editor.ts';
import { postModern } from '../support/modern-http.ts';
import { mcpHeaders, rawHttp } from '../support/raw-http.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { UpstreamServer } from '../support/upstream-server.ts';

describe('A server that a window offers', function () {
  this.timeout(60_000);
  let dir: TempDir;
  let other: UpstreamServer;
  let scene: SdkScene;
  beforeEach(async () => {
    dir = tempDir();
    other = new UpstreamServer();
    await other.start();
  });
  afterEach(async () => {
    await scene.dispose();
    await other.stop();
    dir.remove();
  });

  const serve = async (config: object = {}): Promise<void> => {
    const stateDir = join(dir.path, 'state');
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(join(stateDir, 'config.json'), JSON.stringify(config));
    scene = await SdkScene.start({ stateDir });
  };
  const offer = (window: FakeEditor, servers: Record<string, unknown>) => window.send({ type: 'upstreams', servers });
  const printed = async (): Promise<string> =>
    (await runHoldfast(['status', '--state-dir', scene.bridge.stateDir])).stdout;
  /** `name from`, for each server. */
  const sources = async (): Promise<string | undefined> => {
    const { port, token } = scene.bridge;
    const { text } = await rawHttp(port, { method: 'GET', path: '/status', headers: mcpHeaders(token) });
    const { upstreams }: StatusMessage = JSON.parse(text);
    return upstreams?.map(({ name, from }) => `${name} ${from.join()}`).join('; ');
  };
  const shown = (wanted: string) =>
    eventually(async () => ((await sources()) === wanted ? true : undefined), `the status ${wanted}`);
  /** What the window is told, once it is told of so many. */
  const refusals = (window: FakeEditor, count: number) =>
    eventually(
      () =>
        window.received
          .flatMap((message) => (message.type === 'status' ? [message.refusedUpstreams ?? []] : []))
          .find(({ length }) => length === count),
      `${count} refusals`,
    );
  const theirs = (tools: readonly { name: string }[]): readonly string[] =>
    tools.map(({ name }) => name).filter((name) => name.includes('__'));
  /** What agents of both eras are told. */
  const listed = async (): Promise<readonly (readonly string[])[]> => {
    const legacy = await scene.connect();
    const modern = await scene.connectModern();
    return [theirs((await legacy.client.listTools()).tools), theirs((await modern.client.listTools()).tools)];
  };
  const agentOf = async () => {
    const { client } = await scene.connect();
    return async () => theirs((await client.listTools()).tools);
  };
  const all = ['other__read', 'other__write', 'other__wait', 'other__refuse'];

  it('has its tools in the lists of agents of both eras, which call them, and leaves when it is taken back', async () => {
    await serve();
    const window = await scene.openWindow();
    const tools = await agentOf();
    assert.deepEqual(await tools(), []);
    offer(window, { other: { url: other.url } });
    await eventually(async () => ((await tools()).length > 0 ? true : undefined), 'the tools of the server');
    assert.deepEqual(await listed(), [all, all]);
    const { client } = await scene.connect();
    assert.equal((await client.callTool({ name: 'other__write', arguments: {} })).isError, undefined);
    assert.equal(other.writes, 1);
    assert.match(await printed(), new RegExp(`MCP server other: ready, 4 tools, .*, from ${window.editorId}\n`));
    offer(window, {});
    await eventually(async () => ((await tools()).length === 0 ? true : undefined), 'the end of the server');
    assert.equal(await sources(), '');
  });

  it('goes on in its one session while its window reloads', async () => {
    await serve();
    const window = await scene.openWindow();
    const tools = await agentOf();
    offer(window, { other: { url: other.url } });
    await eventually(async () => ((await tools()).length > 0 ? true : undefined), 'the tools of the server');
    await window.drop();
    assert.deepEqual(await tools(), all);
    await window.connect({ reload: true });
    assert.deepEqual(await tools(), all);
    // What is wrong with the second one tells when the offer was taken.
    offer(window, { other: { url: other.url }, wrong: {} });
    await refusals(window, 1);
    assert.deepEqual([await tools(), other.sessions], [all, 1]);
  });

  it('leaves after the grace of the last window that offers it', async () => {
    await serve();
    const [first, second] = [await scene.openWindow(), await scene.openWindow()];
    for (const window of [first, second]) offer(window, { other: { url: other.url } });
    await shown(`other ${first.editorId},${second.editorId}`);
    const tools = await agentOf();
    await first.drop();
    await second.drop();
    const goneMs = Date.now();
    let still = await tools();
    assert.deepEqual(still, all);
    while (still.length > 0) still = await eventually(tools, 'a list');
    const waitedMs = Date.now() - goneMs;
    assert.ok(waitedMs > 29_000, `${waitedMs} ms`);
  });

  it('is refused beside another one of its name, and the window and the status say what to do', async () => {
    await serve({ upstreams: { fixed: { url: other.url } } });
    const first = await scene.openWindow();
    const second = await scene.openWindow();
    offer(first, { other: { url: other.url }, fixed: { command: 'node' } });
    await shown(`fixed config.json; other ${first.editorId}`);
    offer(second, { other: { url: `${other.url}?b` }, wrong: { colour: 'red' } });
    const mine = (await refusals(second, 3)).filter(({ window }) => window === second.editorId);
    assert.deepEqual(
      mine.map(({ name }) => name),
      ['wrong', 'other'],
    );
    const text = await printed();
    assert.match(text, new RegExp(`MCP server fixed: ready, 4 tools, .*, from config.json\n`));
    assert.match(
      text,
      new RegExp(`WARNING: MCP server fixed of window ${first.editorId} is not used: the bridge's config`),
    );
    assert.match(
      text,
      new RegExp(
        `MCP server other of window ${second.editorId} is not used: the window ${first.editorId} .* another name`,
      ),
    );
  });

  it('is waited for after a crash of the bridge, also by a call that may have been sent before', async () => {
    await serve();
    const window = await scene.openWindow();
    const { client } = await scene.connect();
    const tools = async () => theirs((await client.listTools()).tools);
    offer(window, { other: { url: other.url } });
    await eventually(async () => ((await tools()).length > 0 ? true : undefined), 'the tools of the server');
    await scene.bridge.kill();
    await window.closed();
    await scene.bridge.start();
    const early = client.callTool({ name: 'other__write', arguments: { a: 1 } });
    const repeated = postModern(
      scene.bridge,
      { method: 'tools/call', params: { name: 'other__write', arguments: { a: 2 } } },
      { [agentHeaders.key]: 'k', [agentHeaders.repeat]: '1' },
    );
    // Answered while both wait: the list does not.
    assert.deepEqual(await tools(), []);
    assert.equal(other.writes, 0);
    await window.connect();
    offer(window, { other: { url: other.url } });
    assert.deepEqual((await early).content, [{ type: 'text', text: 'write {"a":1}' }]);
    assert.match((await repeated).text, /outcome_unknown/);
    assert.equal(other.writes, 1);
  });
});
