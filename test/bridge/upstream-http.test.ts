import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import type { McpClient } from '../support/mcp-client.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { UpstreamServer } from '../support/upstream-server.ts';

class MovedServer extends UpstreamServer {
  readonly #location: string;

  constructor(location: string) {
    super();
    this.#location = location;
  }

  protected override begin() {
    const serve = super.begin();
    return (req: IncomingMessage, res: ServerResponse) => {
      if (req.url !== '/mcp') return serve(req, res);
      req.resume();
      res.writeHead(307, { location: this.#location }).end();
    };
  }
}

describe('A server behind the bridge', function () {
  this.timeout(30_000);
  let dir: TempDir;
  let other: UpstreamServer;
  let scene: SdkScene | undefined;
  beforeEach(async () => {
    dir = tempDir();
    other = new UpstreamServer();
    await other.start();
  });
  afterEach(async () => {
    await scene?.dispose();
    scene = undefined;
    await other.stop();
    dir.remove();
  });

  const serve = async (settings: object = {}): Promise<SdkScene> => {
    scene = await SdkScene.startWith(dir.path, { other: { url: other.url, ...settings } });
    return scene;
  };
  const statusOf = async ({ bridge }: SdkScene): Promise<string> =>
    (await runHoldfast(['status', '--state-dir', bridge.stateDir])).stdout;
  const failureOf = ({ _meta }: { readonly _meta?: Record<string, unknown> | undefined }): unknown =>
    _meta?.['holdfast/error'];
  const callOther = ({ client }: McpClient, name: string, given: Record<string, unknown> = {}) =>
    client.callTool({ name: `other__${name}`, arguments: given });

  it("has its tools beside the bridge's own for agents of both eras, under its name", async () => {
    const started = await serve();
    const legacy = await started.connect();
    const modern = await started.connectModern();
    const listings = [(await legacy.client.listTools()).tools, (await modern.client.listTools()).tools];
    for (const tools of listings) {
      const theirs = tools.filter(({ name }) => name.startsWith('other__'));
      assert.deepEqual(
        theirs.map(({ name }) => name),
        ['other__read', 'other__write', 'other__wait', 'other__refuse'],
      );
      assert.equal(theirs[0]?.description, 'does read — ü');
      assert.ok(tools.some(({ name }) => name === 'list_windows'));
    }
    const answers = [
      await callOther(legacy, 'write', { a: 1 }),
      await modern.client.callTool({ name: 'other__write', arguments: { a: 1 } }),
    ];
    for (const { content, structuredContent } of answers) {
      assert.deepEqual(content, [{ type: 'text', text: 'write {"a":1}' }]);
      assert.deepEqual(structuredContent, { echo: { a: 1 } });
    }
    assert.equal(other.writes, 2);
    assert.equal(other.sessions, 1);
    assert.match(await statusOf(started), /MCP server other: ready, 4 tools/);
    assert.deepEqual([...legacy.errors, ...modern.errors], []);
  });

  it('gets the headers that are configured, and passes on progress, cancellation and its own errors', async () => {
    const agent = await (await serve({ headers: { 'x-given': 'ours' } })).connect();
    const seen: unknown[] = [];
    await agent.client.callTool({ name: 'other__read', arguments: {} }, undefined, {
      onprogress: (update) => seen.push(update),
    });
    assert.deepEqual(seen, [{ progress: 1, total: 2, message: 'half' }]);
    assert.deepEqual([...other.given], ['ours']);
    await assert.rejects(callOther(agent, 'refuse'), { code: -32_050, data: { until: 'tomorrow' } });
    const cancel = new AbortController();
    const waiting = agent.client.callTool({ name: 'other__wait', arguments: { b: 2 } }, undefined, {
      signal: cancel.signal,
      onprogress: () => cancel.abort(),
    });
    await assert.rejects(waiting);
    await eventually(() => other.cancelled[0], 'the cancellation');
    assert.deepEqual(other.cancelled, [{ b: 2 }]);
  });

  it('that begins again is opened again unasked, and agents hear of its new tools', async () => {
    let heard = 0;
    const agent = await (await serve()).connect({
      setUp: (client) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard++),
    });
    // A call waits for the connection, not for the lists; only what was listed once stays.
    await agent.client.listTools();
    assert.equal((await callOther(agent, 'write')).isError, undefined);
    await other.stop();
    const { tools } = await agent.client.listTools();
    assert.ok(
      tools.some(({ name }) => name === 'other__write'),
      'a list never shrinks because a server is away',
    );
    other.tools = ['write', 'added'];
    heard = 0;
    await other.start();
    await eventually(() => (heard > 0 ? heard : undefined), 'list_changed after the restart');
    const names = (await agent.client.listTools()).tools.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => name.startsWith('other__')),
      ['other__write', 'other__added'],
    );
    assert.equal((await callOther(agent, 'write')).isError, undefined);
    assert.equal(other.writes, 2);
    other.tools = ['last'];
    await other.tellToolsChanged();
    await eventually(() => (heard > 1 ? heard : undefined), 'list_changed after its own');
  });

  for (const [where, location, works] of [
    ['another path', '/mcp/', true],
    ['another server', 'http://127.0.0.1:9/else?token=secret', false],
  ] as const) {
    it(`that has moved to ${where} ${works ? 'is found there' : 'gets nothing of ours, and the status says where'}`, async () => {
      await other.stop();
      other = new MovedServer(location);
      await other.start();
      const started = await serve();
      const { client } = await started.connect();
      if (works) {
        const { content } = await client.callTool({ name: 'other__read', arguments: {} });
        assert.deepEqual(content, [{ type: 'text', text: 'read {}' }]);
      } else {
        await client.listTools();
        const status = await statusOf(started);
        assert.match(status, /HTTP 307, moved to http:\/\/127\.0\.0\.1:9\/else\)/);
        assert.ok(!status.includes('secret'));
      }
    });
  }

  it('that is not there keeps no agent waiting for the list, and is found when it comes', async () => {
    await other.stop();
    const started = await serve();
    const agent = await started.connect();
    const { tools } = await agent.client.listTools();
    assert.ok(tools.length > 0 && tools.every(({ name }) => !name.includes('__')));
    assert.match(await statusOf(started), /MCP server other: (connecting|away) \(.*ECONNREFUSED.*\), 0 tools/);
    await other.start();
    const answer = await callOther(agent, 'write', { late: true });
    assert.deepEqual(answer.structuredContent, { echo: { late: true } });
  });

  it('runs a call under a key once, and never one that an earlier bridge may have sent', async () => {
    const started = await serve();
    const { bridge } = started;
    const post = async (key: string, repeat: boolean, a = 1): Promise<unknown> => {
      const agent = await started.connect({
        headers: { 'idempotency-key': key, ...(repeat ? { 'holdfast-repeat': '1' } : {}) },
      });
      const answer = await callOther(agent, 'write', { a });
      return failureOf(answer) ?? answer.structuredContent;
    };
    assert.deepEqual(await post('k1', false), { echo: { a: 1 } });
    assert.deepEqual(await post('k1', true), { echo: { a: 1 } });
    assert.equal(other.writes, 1);
    assert.match(JSON.stringify(await post('k1', true, 2)), /"invalid_input".*"executed":"no"/);
    await bridge.kill();
    await bridge.start();
    // Also where the agent does not know of it, as one that was restarted too.
    for (const repeat of [true, false]) {
      assert.match(JSON.stringify(await post('k1', repeat)), /"outcome_unknown".*"executed":"unknown"/);
    }
    assert.equal(other.writes, 1);
  });

  for (const trustHints of [false, true]) {
    const ends = trustHints ? 'is repeated where its hints are trusted' : 'ends as unknown, whatever its hints say';
    it(`whose session is stale gets a new one, and the call that found out ${ends}`, async () => {
      const agent = await (await serve({ trustHints })).connect();
      // Before its tools are known there are no hints to trust.
      await agent.client.listTools();
      await callOther(agent, 'read');
      other.forgetSessions();
      const read = await callOther(agent, 'read');
      if (trustHints) assert.deepEqual(read.structuredContent, { echo: {} });
      else assert.match(JSON.stringify(failureOf(read)), /"outcome_unknown".*"executed":"unknown"/);
      assert.equal((await callOther(agent, 'write')).isError, undefined);
      assert.equal(other.sessions, 1);
    });
  }
});
