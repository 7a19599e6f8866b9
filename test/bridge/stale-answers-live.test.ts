import assert from 'node:assert/strict';
import { classify } from '../../server/recovery/classify.ts';
import type { Reply } from '../../server/recovery/reply.ts';
import { LiveProcess } from '../support/live-servers/live-process.ts';
import { type LiveServer, liveServers, sessionless } from '../support/live-servers/live-servers.ts';
import { RecordingClient } from '../support/recording-client.ts';

function toolsIn(reply: Reply): readonly string[] {
  assert.equal(reply.kind, 'response', JSON.stringify(reply));
  const { tools }: { readonly tools: readonly { readonly name: string }[] } = JSON.parse(reply.json).result;
  return tools.map(({ name }) => name);
}

function serverOf(key: string): LiveServer {
  const server = liveServers.find((each) => each.key === key);
  assert.ok(server);
  return server;
}

describe('A session that a server from npm has lost', function () {
  this.timeout(120_000);
  let live: LiveProcess | undefined;
  let client: RecordingClient | undefined;
  afterEach(async () => {
    client?.dispose();
    client = undefined;
    await live?.kill();
    live = undefined;
  });

  for (const server of liveServers) {
    it(`${server.name}: is read from its answer (${server.rule}), and one initialize heals it unseen`, async () => {
      live = await LiveProcess.start(server);
      client = new RecordingClient(live.url);
      await client.open();
      const tools = toolsIn(await client.request('tools/list'));
      assert.ok(tools.includes('echo'));
      const { use } = client;
      assert.ok(use.id);

      if (server.lostBy === 'delete') await client.raw('DELETE', use);
      else {
        await live.kill();
        await live.start();
      }
      const answer = await client.raw('POST', use);
      if (answer.kind !== 'answered') assert.fail(JSON.stringify(answer));
      const { status, contentType, text } = answer;
      const facts = { era: 'legacy', httpMethod: 'POST', status, contentType, text, sessionAttached: true } as const;
      const { verdict, rule } = classify(facts);
      assert.deepEqual({ verdict, rule }, { verdict: 'stale_session', rule: server.rule }, JSON.stringify(answer));

      client.sent.length = 0;
      assert.deepEqual(toolsIn(await client.request('tools/list')), tools);
      const fresh = client.use.id;
      assert.notEqual(fresh, use.id);
      assert.deepEqual(client.sent, [
        { method: 'tools/list', session: use.id },
        { method: 'initialize', session: undefined },
        { method: 'notifications/initialized', session: fresh },
        { method: 'tools/list', session: fresh },
      ]);
      assert.ok(client.logged.includes(`the session was stale (${server.rule}); a new one has replaced it`));
    });
  }

  it(`${sessionless.name}: there is none, and after a restart nothing is healed`, async () => {
    live = await LiveProcess.start(sessionless);
    client = new RecordingClient(live.url);
    await client.open();
    assert.equal(client.use.id, undefined);
    await live.kill();
    await live.start();
    client.sent.length = 0;
    assert.deepEqual(toolsIn(await client.request('tools/list')), ['echo']);
    assert.ok(client.sent.every(({ method, session }) => method === 'tools/list' && session === undefined));
  });

  it('rule 2: of a hundred requests at once on the SDK is healed by one initialize', async () => {
    live = await LiveProcess.start(serverOf('v1-map'));
    client = new RecordingClient(live.url);
    await client.open();
    await live.kill();
    await live.start();
    client.sent.length = 0;
    const open = client;
    const replies = await Promise.all(Array.from({ length: 100 }, () => open.request('tools/list')));
    for (const reply of replies) assert.deepEqual(toolsIn(reply), ['echo']);
    assert.equal(client.sent.filter(({ method }) => method === 'initialize').length, 1);
  });

  it('rule 10: every operation on server-everything is healed, each in its own new session', async () => {
    live = await LiveProcess.start(serverOf('everything'));
    client = new RecordingClient(live.url);
    await client.open();
    const listed = await client.request('resources/list');
    const { uri } = JSON.parse(listed.kind === 'response' ? listed.json : '{}').result.resources[0];
    const operations: readonly (readonly [string, object])[] = [
      ['tools/call', { name: 'echo', arguments: { message: 'm' } }],
      ['tools/list', {}],
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ['resources/read', { uri }],
      ['resources/subscribe', { uri }],
      ['prompts/list', {}],
      ['prompts/get', { name: 'simple-prompt' }],
      [
        'completion/complete',
        { ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' } },
      ],
      ['logging/setLevel', { level: 'error' }],
      ['ping', {}],
    ];
    for (const [method, params] of operations) {
      await client.raw('DELETE', client.use);
      client.sent.length = 0;
      const reply = await client.request(method, params);
      assert.ok(reply.kind === 'response' && reply.error === undefined, `${method}: ${JSON.stringify(reply)}`);
      assert.deepEqual(
        client.sent.map((sent) => sent.method),
        [method, 'initialize', 'notifications/initialized', method],
      );
    }
  });
});
