import assert from 'node:assert/strict';
import { isRecord } from '../../../../server/agent/json-rpc.ts';
import { limits } from '../../../../shared/limits.ts';
import { answered, away, cut, never } from '../../../support/fake-upstream.ts';
import { ShimRig, toolCall } from '../../../support/shim-rig.ts';

describe('the shim', () => {
  let rig: ShimRig;
  beforeEach(() => {
    rig = new ShimRig();
  });
  afterEach(() => rig.dispose());

  it('sends each call under a key of its own, and acknowledges what the agent’s pipe has with the next one', async () => {
    await rig.open();
    await rig.send(toolCall(1));
    await rig.send(toolCall(2));
    for (const deliver of rig.deliveries.splice(0)) deliver();
    await rig.send(toolCall(3));
    await rig.send(toolCall(4));
    assert.deepEqual(
      rig.server.seen.map(({ headers }) => [headers['idempotency-key'], headers['holdfast-ack']]),
      [
        ['key-1', undefined],
        ['key-2', undefined],
        ['key-3', 'key-1, key-2'],
        ['key-4', undefined],
      ],
    );
  });

  it('tells the agent that its lists may change, because its session outlives the bridge’s version', async () => {
    const capabilities = { tools: {}, resources: { subscribe: true }, logging: {} };
    rig.server.script = ({ method, id }) =>
      method === 'initialize'
        ? answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 'v', capabilities } }))
        : undefined;
    await rig.initialize();
    assert.deepEqual(rig.written, [
      {
        jsonrpc: '2.0',
        id: 0,
        result: {
          protocolVersion: 'v',
          capabilities: {
            tools: { listChanged: true },
            resources: { subscribe: true, listChanged: true },
            logging: {},
          },
        },
      },
    ]);
  });

  it('answers ping and known lists itself while the bridge is away, and says of a call that it did not run', async () => {
    await rig.open();
    await rig.send({ id: 1, method: 'tools/list' });
    await rig.lost();
    rig.server.reach = away();
    rig.written.length = 0;
    for (const method of ['ping', 'tools/list', 'holdfast/status']) await rig.send({ id: method, method });
    assert.deepEqual(rig.written, [
      { jsonrpc: '2.0', id: 'ping', result: {} },
      { jsonrpc: '2.0', id: 'tools/list', result: { served: 'tools/list' } },
      {
        jsonrpc: '2.0',
        id: 'holdfast/status',
        result: { bridge: { state: 'away', reason: 'gone' }, session: 1, running: 0 },
      },
    ]);
    rig.written.length = 0;
    await rig.send(toolCall(5));
    await rig.send({ id: 6, method: 'resources/read', params: { uri: 'a' } });
    await rig.server.clock.advance(limits.recoveryWaitMs);
    assert.deepEqual(rig.written, [
      {
        jsonrpc: '2.0',
        id: 5,
        result: {
          content: [
            {
              type: 'text',
              text: 'link_down: The Holdfast bridge cannot be reached: no bridge runs.\nNext: Open VS Code.\n(retryable: yes, executed: no)',
            },
          ],
          isError: true,
          _meta: {
            'holdfast/error': {
              code: 'link_down',
              message: 'The Holdfast bridge cannot be reached: no bridge runs.',
              hint: 'Open VS Code.',
              retryable: true,
              executed: 'no',
            },
          },
        },
      },
      {
        jsonrpc: '2.0',
        id: 6,
        error: {
          code: -32_000,
          message: 'The Holdfast bridge cannot be reached: no bridge runs. Open VS Code.',
          data: { code: 'link_down', retryable: true, executed: 'no' },
        },
      },
    ]);
  });

  it('tells of a list only when another bridge really has another one, and an old listing never wins', async () => {
    await rig.open();
    let tools = ['a'];
    const slow: (() => void)[] = [];
    rig.server.script = ({ http, method, id }) => {
      if (http === 'GET') return never;
      if (method !== 'tools/list') return undefined;
      const now = answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { tools } }));
      return id === 'slow' ? new Promise((resolve) => slow.push(() => resolve(now))) : now;
    };
    await rig.send({ id: 1, method: 'tools/list' });
    await rig.send({ id: 'slow', method: 'tools/list' });
    const moveTo = async (instance: string) => {
      await rig.lost();
      rig.server.instance = instance;
      rig.written.length = 0;
      await rig.send({ id: instance, method: 'resources/read', params: { uri: 'a' } });
      return rig.written.flatMap((message) => (isRecord(message) && 'method' in message ? [message['method']] : []));
    };
    assert.deepEqual(await moveTo('bridge-2'), []);
    tools = ['a', 'b'];
    assert.deepEqual(await moveTo('bridge-3'), ['notifications/tools/list_changed']);
    for (const answer of slow) answer();
    await rig.server.clock.settle();
    assert.deepEqual(await moveTo('bridge-4'), []);
  });

  it('hands questions of the server on under ids of its own, and drops an answer to a session that is gone', async () => {
    await rig.open();
    rig.server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      stream(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'roots/list' }), undefined);
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await rig.send(toolCall(1));
    await rig.send({ id: 'server-1', result: { roots: [] } });
    assert.deepEqual(rig.written[0], { jsonrpc: '2.0', id: 'server-1', method: 'roots/list' });
    await rig.send(toolCall(2));
    rig.server.sessions.clear();
    await rig.send({ id: 9, method: 'tools/list' });
    rig.server.seen.length = 0;
    await rig.send({ id: 'server-2', result: { roots: ['late'] } });
    await rig.send({ id: 'server-7', result: {} });
    assert.deepEqual(rig.server.seen, []);
  });

  it('passes a server’s answer on to the session that asked', async () => {
    await rig.open();
    rig.server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      stream(JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'roots/list' }), undefined);
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await rig.send(toolCall(1));
    rig.server.seen.length = 0;
    await rig.send({ id: 'server-1', result: { roots: [] } });
    assert.deepEqual(
      rig.server.seen.map(({ id, session }) => [id, session]),
      [[5, 's1']],
    );
  });

  it('lets progress only go forward, also when the call is sent again', async () => {
    await rig.open();
    let breaks = 1;
    rig.server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      for (const progress of breaks > 0 ? [1, 2] : [1, 2, 3]) {
        stream(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress } }), undefined);
      }
      return breaks-- > 0 ? cut : answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await rig.send(toolCall(1));
    assert.deepEqual(
      rig.written.map((message) => isRecord(message) && (message['params'] ?? message['id'])),
      [{ progress: 1 }, { progress: 2 }, { progress: 3 }, 1],
    );
  });

  it('keeps the id of a call that was sent again, and answers it once', async () => {
    await rig.open();
    let breaks = 2;
    rig.server.script = ({ http, method }) =>
      http === 'GET' ? never : method === 'tools/call' && breaks-- > 0 ? cut : undefined;
    await rig.send(toolCall('mine'));
    assert.deepEqual(rig.written, [{ jsonrpc: '2.0', id: 'mine', result: { served: 'tools/call' } }]);
  });

  it('answers a batch in one line, and a second request under a running id with an error', async () => {
    await rig.open();
    await rig.send(toolCall(1));
    rig.written.length = 0;
    rig.shim.line(
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'tools/list' },
        { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
        { jsonrpc: '2.0', id: 2, method: 'prompts/list' },
      ]),
    );
    await rig.server.clock.settle();
    assert.deepEqual(rig.written, [
      [
        { jsonrpc: '2.0', id: 1, result: { served: 'tools/list' } },
        { jsonrpc: '2.0', id: 2, result: { served: 'prompts/list' } },
      ],
    ]);
    rig.server.script = ({ http, method }) => (http === 'GET' || method === 'tools/call' ? never : undefined);
    rig.written.length = 0;
    await rig.send(toolCall(3));
    await rig.send(toolCall(3));
    assert.deepEqual(
      rig.written.map((message) => isRecord(message) && [message['id'], 'error' in message]),
      [[3, true]],
    );
    await rig.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
  });

  it('reopens the stream on which the server speaks, and finds out by a request when its session is unknown there', async () => {
    const ends: ((end: typeof cut) => void)[] = [];
    let speak: ((json: string, session: undefined) => void) | undefined;
    rig.server.script = ({ http, session }, stream) => {
      if (http !== 'GET') return undefined;
      if (session === undefined || !rig.server.sessions.has(session)) return rig.server.stale();
      speak = stream;
      return new Promise((resolve) => ends.push(resolve));
    };
    await rig.open();
    const streams = () => rig.server.seen.filter(({ http }) => http === 'GET').map(({ session }) => session);
    speak?.('{"jsonrpc":"2.0","method":"notifications/message","params":{}}', undefined);
    assert.deepEqual(rig.written, [{ jsonrpc: '2.0', method: 'notifications/message', params: {} }]);
    await rig.server.clock.advance(limits.healthyAfterMs);
    ends.shift()?.(cut);
    await rig.server.clock.advance(limits.firstReconnectMaxMs);
    assert.deepEqual(streams(), ['s1']);
    assert.deepEqual(rig.server.connects.at(-1), 'join');

    rig.server.sessions.clear();
    ends.shift()?.(cut);
    await rig.server.clock.advance(2_000);
    assert.deepEqual(rig.server.methods(), [
      'GET s1',
      'GET s1',
      'ping s1',
      'initialize -',
      'notifications/initialized s2',
      'GET s2',
      'ping s2',
    ]);
  });

  it('starts no bridge for a stream that nobody waits for', async () => {
    let end: ((cutOff: typeof cut) => void) | undefined;
    rig.server.script = ({ http }) => (http === 'GET' ? new Promise((resolve) => (end = resolve)) : undefined);
    await rig.open();
    rig.server.connects.length = 0;
    rig.server.reach = away();
    end?.(cut);
    await rig.server.clock.advance(60_000);
    assert.ok(rig.server.connects.length > 3);
    assert.deepEqual(new Set(rig.server.connects), new Set(['join']));
  });
});
