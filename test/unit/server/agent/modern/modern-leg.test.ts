import assert from 'node:assert/strict';
import { RpcError } from '../../../../../server/agent/json-rpc.ts';
import type { Method, MethodContext } from '../../../../../server/agent/methods.ts';
import { openEventStream } from '../../../../support/event-stream.ts';
import { eventually } from '../../../../support/eventually.ts';
import { postModern } from '../../../../support/modern-http.ts';
import { ModernRig } from '../../../../support/modern-rig.ts';

const logLevel = (level: string) => ({ 'io.modelcontextprotocol/logLevel': level });
const progressed = (progress: number) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 'p', progress },
});

describe('The modern leg', () => {
  let rig: ModernRig;
  const start = async (run: Method): Promise<void> => {
    rig = await ModernRig.start({ methods: { 'do/it': run } });
  };
  afterEach(async () => {
    await rig.dispose();
    assert.equal(rig.clock.pending, 0);
  });

  it('answers with plain JSON when there is nothing to say ahead', async () => {
    await start((_params, { progress }) => {
      progress?.({ progress: 1 });
      return Promise.resolve('{}');
    });
    const { status, headers, text } = await postModern(rig, { method: 'do/it' });
    assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
    const _meta = { 'io.modelcontextprotocol/serverInfo': { name: 'rig', version: '1' } };
    assert.deepEqual(JSON.parse(text), { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', _meta } });
  });

  it('sends progress that was asked for ahead of the answer, and only as it grows', async () => {
    await start((_params, { progress }) => {
      for (const step of [1, 1, 3, 2]) progress?.({ progress: step });
      return Promise.resolve('{"a":1}');
    });
    const stream = await openEventStream(rig, { method: 'do/it', meta: { progressToken: 'p' } });
    await stream.ended;
    const [first, second, answer, ...rest] = stream.messages();
    assert.deepEqual([first, second, rest], [progressed(1), progressed(3), []]);
    assert.match(JSON.stringify(answer), /"id":1,"result":\{"resultType":"complete".*"a":1\}/);
  });

  it('sends log lines only to a request that asks, from its level on', async () => {
    await start((_params, { log }) => {
      log?.('debug', 'small');
      log?.('error', { what: 'big' });
      return Promise.resolve('{}');
    });
    const stream = await openEventStream(rig, { method: 'do/it', meta: logLevel('warning') });
    await stream.ended;
    const params = { level: 'error', logger: 'holdfast', data: { what: 'big' } };
    assert.deepEqual(stream.messages()[0], { jsonrpc: '2.0', method: 'notifications/message', params });
    assert.equal(stream.messages().length, 2);
    const { headers } = await postModern(rig, { method: 'do/it' });
    assert.equal(headers['content-type'], 'application/json');
  });

  it('says nothing ahead to a client that takes no event stream', async () => {
    await start((_params, { log, progress }) =>
      Promise.resolve(JSON.stringify({ log: typeof log, to: typeof progress })),
    );
    const message = { method: 'do/it', meta: { ...logLevel('debug'), progressToken: 'p' } };
    const { text } = await postModern(rig, message, { accept: 'application/json' });
    assert.match(text, /"log":"undefined","to":"undefined"/);
  });

  for (const [when, meta] of [
    ['before its answer has begun', {}],
    ['while it streams', { progressToken: 'p' }],
  ] as const) {
    it(`cancels a request whose client leaves ${when}, and sends nothing more`, async () => {
      let context: MethodContext | undefined;
      await start(
        (_params, given) =>
          new Promise((resolve) => {
            context = given;
            given.progress?.({ progress: 1 });
            given.signal.addEventListener('abort', () => resolve('{}'));
          }),
      );
      const leave = new AbortController();
      const stream = openEventStream(rig, { method: 'do/it', meta }, leave.signal).catch(() => undefined);
      await eventually(() => context, 'the method to run');
      assert.equal(context?.signal.aborted, false);
      leave.abort();
      await stream;
      await eventually(() => context?.signal.aborted || undefined, 'the abort');
      context?.progress?.({ progress: 2 });
    });
  }

  it('does not cancel a request that has been answered', async () => {
    let signal: MethodContext['signal'] | undefined;
    await start((_params, context) => {
      ({ signal } = context);
      return Promise.resolve('{}');
    });
    await postModern(rig, { method: 'do/it' });
    assert.equal(signal?.aborted, false);
  });

  it('gives an error of the method in the answer, and 400 to a client that lacks a capability', async () => {
    let error = new RpcError(-32_602, 'no', { why: 'so' });
    await start(() => Promise.reject(error));
    const wrong = await postModern(rig, { method: 'do/it' });
    assert.deepEqual(
      [wrong.status, JSON.parse(wrong.text).error],
      [200, { code: -32_602, message: 'no', data: { why: 'so' } }],
    );
    error = new RpcError(-32_021, 'more', { requiredCapabilities: { sampling: {} } });
    assert.equal((await postModern(rig, { method: 'do/it' })).status, 400);
  });

  it('declares that lists change only while they can', async () => {
    const capabilities = {
      tools: { listChanged: true },
      prompts: {},
      resources: { listChanged: true, subscribe: true },
    };
    for (const [listsMayChange, declared] of [
      [true, capabilities],
      [false, { tools: {}, prompts: {}, resources: { subscribe: true } }],
    ] as const) {
      await rig?.dispose();
      rig = await ModernRig.start({ capabilities, listsMayChange });
      const { text } = await postModern(rig, { method: 'server/discover' });
      assert.deepEqual(JSON.parse(text).result.capabilities, declared);
    }
  });

  it('declares no changes to a client that gives a server up when the stream of changes ends', async () => {
    rig = await ModernRig.start({ capabilities: { tools: { listChanged: true } } });
    const declared = async (name: string) => {
      const meta = { 'io.modelcontextprotocol/clientInfo': { name, version: '1' } };
      return JSON.parse((await postModern(rig, { method: 'server/discover', meta })).text).result.capabilities;
    };
    assert.deepEqual(await declared('copilot-cli'), { tools: {} });
    assert.deepEqual(await declared('other'), { tools: { listChanged: true } });
  });

  it('tells the log, not the client, what went wrong unexpectedly', async () => {
    await start(() => Promise.reject(new TypeError('inside')));
    const { text } = await postModern(rig, { method: 'do/it' });
    assert.match(text, /"code":-32603,"message":"Internal error; the details are in the Holdfast log"/);
    assert.ok(rig.lines.includes('error do/it failed unexpectedly: TypeError: inside'));
  });
});
