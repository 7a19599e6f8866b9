import assert from 'node:assert/strict';
import { limits } from '../../../../../shared/limits.ts';
import { type EventStream, openEventStream } from '../../../../support/event-stream.ts';
import { eventually } from '../../../../support/eventually.ts';
import type { FakeContentOptions } from '../../../../support/fake-content.ts';
import { postModern } from '../../../../support/modern-http.ts';
import { ModernRig } from '../../../../support/modern-rig.ts';

const everything: FakeContentOptions = {
  capabilities: {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    logging: {},
  },
  resources: ['a://1', 'a://2'],
};
const toolsChanged = { kind: 'list', list: 'tools' } as const;

describe('A subscriptions/listen stream', () => {
  let rig: ModernRig;
  const start = async (options = everything): Promise<void> => {
    rig = await ModernRig.start(options);
  };
  afterEach(async () => {
    await rig.dispose();
    assert.deepEqual([rig.clock.pending, rig.leg.openStreams], [0, 0]);
  });

  const listen = (notifications: object, id: string | number = 5): Promise<EventStream> =>
    openEventStream(rig, { id, method: 'subscriptions/listen', params: { notifications } });
  const tag = (id: string | number) => ({ 'io.modelcontextprotocol/subscriptionId': id });

  it('begins with what was agreed to, and brings what was asked for and nothing else', async () => {
    await start();
    const stream = await listen({
      toolsListChanged: true,
      promptsListChanged: false,
      resourceSubscriptions: ['a://1'],
    });
    assert.deepEqual([stream.status, stream.contentType], [200, 'text/event-stream']);
    await stream.received(1);
    rig.change({ kind: 'list', list: 'prompts' });
    rig.change({ kind: 'resource', uri: 'a://2' });
    rig.change({ kind: 'log', level: 'emergency', data: 'not here' });
    rig.change(toolsChanged);
    rig.change({ kind: 'resource', uri: 'a://1' });
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['a://1'] };
    assert.deepEqual(await stream.received(3), [
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: tag(5), notifications },
      },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: tag(5) } },
      { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://1', _meta: tag(5) } },
    ]);
    stream.leave();
    await eventually(() => (rig.leg.openStreams === 0 ? true : undefined), 'the bridge to notice');
  });

  it('is one of several, each with the id of its own request', async () => {
    await start();
    const streams = await Promise.all([
      listen({ toolsListChanged: true }, 1),
      listen({ toolsListChanged: true }, 'two'),
    ]);
    for (const stream of streams) await stream.received(1);
    assert.equal(rig.leg.openStreams, 2);
    rig.change(toolsChanged);
    const [first, second] = await Promise.all(streams.map((stream) => stream.received(2)));
    assert.match(JSON.stringify(first?.at(-1)), /"io\.modelcontextprotocol\/subscriptionId":1\b/);
    assert.match(JSON.stringify(second?.at(-1)), /"io\.modelcontextprotocol\/subscriptionId":"two"/);
  });

  it('leaves out what is not served', async () => {
    await start({ capabilities: { tools: {}, resources: { subscribe: true } }, resources: ['a://1'] });
    const stream = await listen({
      toolsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['a://1', 'a://none'],
    });
    const [acknowledged] = await stream.received(1);
    assert.match(JSON.stringify(acknowledged), /"notifications":\{"resourceSubscriptions":\["a:\/\/1"\]\}/);
  });

  it('ends at once when nothing could ever come, with a response that says so', async () => {
    await start({ capabilities: { tools: {} } });
    const stream = await listen({ toolsListChanged: true, resourceSubscriptions: ['a://1'] });
    await stream.ended;
    const _meta = { 'io.modelcontextprotocol/serverInfo': { name: 'rig', version: '1' }, ...tag(5) };
    assert.deepEqual(stream.messages(), [
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: tag(5), notifications: {} },
      },
      { jsonrpc: '2.0', id: 5, result: { resultType: 'complete', _meta } },
    ]);
  });

  it('ends in the same way with the bridge', async () => {
    await start();
    const stream = await listen({ toolsListChanged: true }, 'x');
    await stream.received(1);
    rig.leg.dispose();
    await stream.ended;
    assert.match(
      JSON.stringify(stream.messages().at(-1)),
      /^\{"jsonrpc":"2\.0","id":"x","result":\{"resultType":"complete"/,
    );
  });

  it('is kept alive with comments', async () => {
    await start();
    const stream = await listen({ toolsListChanged: true });
    await stream.received(1);
    await rig.clock.advance(limits.streamKeepAliveMs);
    await eventually(() => (stream.text().endsWith(': keep-alive\n\n') ? true : undefined), 'the comment');
  });

  it('keeps its agent present for as long as it is open', async () => {
    await start();
    const stream = await listen({ toolsListChanged: true });
    await stream.received(1);
    await rig.clock.advance(limits.agentSeenMs + 1);
    assert.deepEqual(rig.leg.agents, [{ name: 'raw', version: '1', sessions: 1 }]);
    stream.leave();
    await eventually(() => (rig.leg.openStreams === 0 ? true : undefined), 'the bridge to notice');
    await rig.clock.advance(limits.agentSeenMs + 1);
    assert.deepEqual(rig.leg.agents, []);
  });

  it('is refused without a filter, with a wrong one, and to a client that takes no stream', async () => {
    await start();
    const tooMany = Array.from({ length: limits.subscriptionMaxUris + 1 }, (_, index) => `a://${index}`);
    for (const params of [
      {},
      { notifications: [] },
      { notifications: { resourceSubscriptions: 'a://1' } },
      { notifications: { resourceSubscriptions: tooMany } },
    ]) {
      const { status, text } = await postModern(rig, { method: 'subscriptions/listen', params });
      assert.deepEqual([status, JSON.parse(text).error.code], [200, -32_602]);
    }
    const message = { method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } } };
    assert.equal((await postModern(rig, message, { accept: 'application/json' })).status, 406);
  });
});
