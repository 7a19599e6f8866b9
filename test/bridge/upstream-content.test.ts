import assert from 'node:assert/strict';
import {
  PromptListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { ModernOffering, SseOffering, StreamableOffering } from '../support/offering-servers.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

const kinds = [
  {
    what: 'with sessions over Streamable HTTP',
    speaks: 'MCP with sessions over HTTP',
    create: () => new StreamableOffering(),
  },
  {
    what: 'with sessions over HTTP with SSE',
    speaks: 'MCP with sessions over HTTP with SSE',
    create: () => new SseOffering(),
  },
  { what: 'of 2026-07-28 only', speaks: 'MCP 2026-07-28 over HTTP', create: () => new ModernOffering() },
];
const ours = (uri: string) => `holdfast-upstream://other/${uri}`;

for (const { what, speaks, create } of kinds) {
  describe(`A server ${what} behind the bridge`, function () {
    this.timeout(30_000);
    let dir: TempDir;
    let other: ReturnType<typeof create>;
    let scene: SdkScene;
    beforeEach(async () => {
      dir = tempDir();
      other = create();
      await other.start();
      scene = await SdkScene.startWith(dir.path, { other: { url: other.url } });
    });
    afterEach(async () => {
      await scene?.dispose();
      await other.stop();
      dir.remove();
    });

    it('has its resources and templates beside ours, readable by agents of both eras', async () => {
      const { client: legacy } = await scene.connect();
      const { client: modern } = await scene.connectModern();
      for (const client of [legacy, modern]) {
        assert.equal(client.getServerCapabilities()?.resources?.listChanged, true);
        const { resources } = await client.listResources();
        const theirs = resources.filter(({ uri }) => uri.startsWith(ours('')));
        assert.deepEqual(
          theirs.map(({ uri, name }) => [uri, name]),
          [
            [ours('note://one'), 'other__one'],
            [ours('note://two?x=a b'), 'other__two'],
          ],
        );
        assert.ok(resources.some(({ uri }) => uri === 'holdfast://windows'));
        const { resourceTemplates } = await client.listResourceTemplates();
        assert.ok(resourceTemplates.some(({ uriTemplate }) => uriTemplate === ours('shout://{word}')));
        for (const [uri, text] of [
          [ours('note://one'), 'first'],
          [ours('shout://hey'), 'HEY'],
        ] as const) {
          const { contents } = await client.readResource({ uri });
          assert.deepEqual(contents, [{ uri, text }]);
        }
      }
      const { stdout } = await runHoldfast(['status', '--state-dir', scene.bridge.stateDir]);
      assert.match(
        stdout,
        new RegExp(`MCP server other: ready, \\d tools, 1 prompts, 3 resources, ${speaks}, from config.json\n`),
      );
    });

    it('answers for what it does not have, and the bridge for a server that there is not', async () => {
      const { client } = await scene.connect();
      const uri = ours('note://none');
      await assert.rejects(client.readResource({ uri }), { code: -32_002, data: { uri } });
      const nobody = 'holdfast-upstream://nobody/note://one';
      await assert.rejects(client.readResource({ uri: nobody }), { code: -32_002, data: { uri: nobody } });
      await assert.rejects(client.subscribeResource({ uri: nobody }), { code: -32_002 });
      await assert.rejects(client.getPrompt({ name: 'other__none' }));
      await assert.rejects(client.getPrompt({ name: 'nobody__greet' }), /Unknown prompt/);
    });

    it('has its prompts and completion beside ours, with links that can be read', async () => {
      const { client } = await scene.connect();
      const { prompts } = await client.listPrompts();
      assert.deepEqual(prompts.map(({ name }) => name).toSorted(), ['fix_diagnostics', 'other__greet']);
      const { messages } = await client.getPrompt({ name: 'other__greet', arguments: { who: 'Ada' } });
      assert.deepEqual(
        messages.map(({ content }) => content),
        [
          { type: 'text', text: 'greet Ada' },
          { type: 'resource_link', uri: ours('note://one'), name: 'one' },
        ],
      );
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: ours('shout://{word}') },
        argument: { name: 'word', value: 'a' },
      });
      assert.deepEqual(completion.values, ['alpha']);
    });

    it('tells agents of both eras of changes of what they are subscribed to, and of its lists', async () => {
      const heard: string[] = [];
      let lists = 0;
      const { client } = await scene.connect({
        setUp: (agent) => {
          agent.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri));
          agent.setNotificationHandler(PromptListChangedNotificationSchema, () => void lists++);
        },
      });
      const { client: modern } = await scene.connectModern();
      const heardModern: string[] = [];
      modern.setNotificationHandler(
        'notifications/resources/updated',
        ({ params }) => void heardModern.push(params.uri),
      );
      const uri = ours('note://one');
      await client.listResources();
      await client.subscribeResource({ uri });
      const subscription = await modern.listen({ resourceSubscriptions: [uri] });
      // Until the server has taken the subscription its updates are nobody's.
      const told = async () => {
        await other.updated('note://one');
        return heard.length > 0 && heardModern.length > 0 ? true : undefined;
      };
      await eventually(told, 'the update');
      assert.deepEqual([...new Set([...heard, ...heardModern])], [uri]);
      lists = 0;
      other.offered.prompts.push('part');
      await other.promptsChanged();
      await eventually(() => (lists > 0 ? lists : undefined), 'the list');
      assert.ok((await client.listPrompts()).prompts.some(({ name }) => name === 'other__part'));

      await subscription.close();
      await client.unsubscribeResource({ uri });
      const gone = async () => {
        [heard.length, heardModern.length] = [0, 0];
        await other.updated('note://one');
        await client.ping();
        return other.offered.subscribed.length === 0 ? true : undefined;
      };
      await eventually(gone, 'the end of the subscription');
      assert.deepEqual([...heard, ...heardModern], []);
    });

    it('that begins again is found, and the subscriptions with it: what may have changed is told', async () => {
      const heard: string[] = [];
      const { client } = await scene.connect({
        setUp: (agent) =>
          agent.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri)),
      });
      const uri = ours('note://one');
      await client.listResources();
      await client.subscribeResource({ uri });
      await other.stop();
      other.offered.notes.set('note://one', 'changed');
      other.offered.notes.set('note://three', 'new');
      await other.start();
      const { contents } = await client.readResource({ uri });
      assert.deepEqual(contents, [{ uri, text: 'changed' }]);
      await eventually(() => heard[0], 'the update for the time in between');
      heard.length = 0;
      const again = async () => {
        await other.updated('note://one');
        return heard[0];
      };
      assert.equal(await eventually(again, 'an update after the restart'), uri);
      const listed = async () =>
        (await client.listResources()).resources.find((resource) => resource.uri === ours('note://three'));
      await eventually(listed, 'the new resource');
    });
  });
}

describe('Servers of the modern era behind the bridge', function () {
  this.timeout(30_000);
  let dir: TempDir;
  let scene: SdkScene | undefined;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(async () => {
    await scene?.dispose();
    scene = undefined;
    dir.remove();
  });
  const serve = async (other: object): Promise<SdkScene> => {
    scene = await SdkScene.startWith(dir.path, { other });
    return scene;
  };

  it('get the headers that mirror a request, those of its arguments included, which agents are not asked for', async () => {
    const other = new ModernOffering();
    await other.start();
    try {
      const { client } = await (await serve({ url: other.url, type: 'http' })).connectModern();
      const { tools } = await client.listTools();
      const go = tools.find(({ name }) => name === 'other__go');
      assert.ok(go !== undefined && !JSON.stringify(go).includes('x-mcp-header'));
      const { content } = await client.callTool({ name: 'other__go', arguments: { place: 'Köln' } });
      assert.deepEqual(content, [{ type: 'text', text: 'went to Köln' }]);
      assert.ok(other.methodHeaders.has('tools/call'));
      assert.ok(other.paramHeaders.has(`=?base64?${Buffer.from('Köln').toString('base64')}?=`));
    } finally {
      await other.stop();
    }
  });

  for (const [before, after] of [
    [new StreamableOffering(), new ModernOffering()],
    [new ModernOffering(), new StreamableOffering()],
  ] as const) {
    const names = [before, after].map((server) => (server instanceof ModernOffering ? '2026-07-28' : 'sessions'));
    it(`are found again when they have changed from ${names.join(' to ')}`, async () => {
      await before.start();
      try {
        const { client } = await (await serve({ url: before.url })).connect();
        const uri = ours('note://one');
        assert.ok((await client.listResources()).resources.some((resource) => resource.uri === uri));
        await before.stop();
        after.offered.notes.set('note://one', 'from the other era');
        await after.start(before.port);
        const read = async () => {
          const { contents } = await client.readResource({ uri }).catch(() => ({ contents: [] }));
          return contents[0];
        };
        assert.deepEqual(await eventually(read, 'an answer in the other era'), { uri, text: 'from the other era' });
      } finally {
        await before.stop();
        await after.stop();
      }
    });
  }

  it('may be commands', async () => {
    const source = `
      import { McpServer } from '@modelcontextprotocol/server';
      import { serveStdio } from '@modelcontextprotocol/server/stdio';
      serveStdio(() => {
        const mcp = new McpServer({ name: 'child', version: '2' });
        mcp.registerTool('pid', {}, () => ({ content: [{ type: 'text', text: String(process.pid) }] }));
        return mcp;
      }, { legacy: 'reject' });
    `;
    const args = ['--input-type=module', '--eval', source];
    const { client } = await (await serve({ command: process.execPath, args, cwd: process.cwd() })).connect();
    const answers = [await client.callTool({ name: 'other__pid' }), await client.callTool({ name: 'other__pid' })];
    assert.match(JSON.stringify(answers[0]?.content), /"text":"\d+"/);
    assert.deepEqual(answers[0]?.content, answers[1]?.content);
    const { stdout } = await runHoldfast(['status', '--state-dir', scene?.bridge.stateDir ?? '']);
    assert.match(stdout, /MCP server other: ready, 1 tools, 0 prompts, 0 resources, MCP 2026-07-28 over stdio/);
  });
});
