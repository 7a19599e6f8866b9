import assert from 'node:assert/strict';
import { isRecord } from '../../../../server/agent/json-rpc.ts';
import { CallKeys } from '../../../../server/stdio/call-keys.ts';
import { Shim } from '../../../../server/stdio/shim.ts';
import { limits } from '../../../../shared/limits.ts';
import { createLog } from '../../../../shared/log.ts';
import { answered, away, cut, FakeUpstream, never } from '../../../support/fake-upstream.ts';

const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

describe('the shim', () => {
  let server: FakeUpstream;
  let shim: Shim;
  let written: unknown[];
  /** Calls back for what was written, as a pipe does once it has it. */
  let deliveries: (() => void)[];
  beforeEach(() => {
    server = new FakeUpstream();
    written = [];
    deliveries = [];
    let ids = 0;
    shim = new Shim({
      client: server.client,
      session: server.session,
      connection: server.connection,
      clock: server.clock,
      keys: new CallKeys('key'),
      write: (json, delivered) => {
        written.push(JSON.parse(json));
        if (delivered !== undefined) deliveries.push(delivered);
      },
      log: createLog(() => {}),
      random: () => 0,
      newId: () => `shim-${++ids}`,
    });
    server.script = ({ http }) => (http === 'GET' ? never : undefined);
  });
  afterEach(() => {
    shim.dispose();
    server.connection.dispose();
    assert.equal(server.clock.pending, 0, 'timers are left');
  });

  const send = async (message: object) => {
    shim.line(JSON.stringify({ jsonrpc: '2.0', ...message }));
    await server.clock.settle();
  };
  const open = async () => {
    await send({ id: 0, method: 'initialize', params: initialize });
    await send({ method: 'notifications/initialized' });
    written.length = 0;
    server.seen.length = 0;
  };
  const lost = async () => server.connection.lost(await server.connection.acquire(), 'gone');
  const call = (id: unknown, params: object = {}) => ({
    id,
    method: 'tools/call',
    params: { name: 'edit', ...params },
  });

  it('sends each call under a key of its own, and acknowledges what the agent’s pipe has with the next one', async () => {
    await open();
    await send(call(1));
    await send(call(2));
    for (const deliver of deliveries.splice(0)) deliver();
    await send(call(3));
    await send(call(4));
    assert.deepEqual(
      server.seen.map(({ headers }) => [headers['idempotency-key'], headers['holdfast-ack']]),
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
    server.script = ({ method, id }) =>
      method === 'initialize'
        ? answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 'v', capabilities } }))
        : undefined;
    await send({ id: 0, method: 'initialize', params: initialize });
    assert.deepEqual(written, [
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
    await open();
    await send({ id: 1, method: 'tools/list' });
    await lost();
    server.reach = away();
    written.length = 0;
    for (const method of ['ping', 'tools/list', 'holdfast/status']) await send({ id: method, method });
    assert.deepEqual(written, [
      { jsonrpc: '2.0', id: 'ping', result: {} },
      { jsonrpc: '2.0', id: 'tools/list', result: { served: 'tools/list' } },
      {
        jsonrpc: '2.0',
        id: 'holdfast/status',
        result: { bridge: { state: 'away', reason: 'gone' }, session: 1, running: 0 },
      },
    ]);
    written.length = 0;
    await send(call(5));
    await send({ id: 6, method: 'resources/read', params: { uri: 'a' } });
    await server.clock.advance(limits.recoveryWaitMs);
    assert.deepEqual(written, [
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
    await open();
    let tools = ['a'];
    const slow: (() => void)[] = [];
    server.script = ({ http, method, id }) => {
      if (http === 'GET') return never;
      if (method !== 'tools/list') return undefined;
      const now = answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { tools } }));
      return id === 'slow' ? new Promise((resolve) => slow.push(() => resolve(now))) : now;
    };
    await send({ id: 1, method: 'tools/list' });
    await send({ id: 'slow', method: 'tools/list' });
    const moveTo = async (instance: string) => {
      await lost();
      server.instance = instance;
      written.length = 0;
      await send({ id: instance, method: 'resources/read', params: { uri: 'a' } });
      return written.flatMap((message) => (isRecord(message) && 'method' in message ? [message['method']] : []));
    };
    assert.deepEqual(await moveTo('bridge-2'), []);
    tools = ['a', 'b'];
    assert.deepEqual(await moveTo('bridge-3'), ['notifications/tools/list_changed']);
    for (const answer of slow) answer();
    await server.clock.settle();
    assert.deepEqual(await moveTo('bridge-4'), []);
  });

  it('hands questions of the server on under ids of its own, and drops an answer to a session that is gone', async () => {
    await open();
    server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      stream(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'roots/list' }), undefined);
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await send(call(1));
    await send({ id: 'server-1', result: { roots: [] } });
    assert.deepEqual(written[0], { jsonrpc: '2.0', id: 'server-1', method: 'roots/list' });
    await send(call(2));
    server.sessions.clear();
    await send({ id: 9, method: 'tools/list' });
    server.seen.length = 0;
    await send({ id: 'server-2', result: { roots: ['late'] } });
    await send({ id: 'server-7', result: {} });
    assert.deepEqual(server.seen, []);
  });

  it('passes a server’s answer on to the session that asked', async () => {
    await open();
    server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      stream(JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'roots/list' }), undefined);
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await send(call(1));
    server.seen.length = 0;
    await send({ id: 'server-1', result: { roots: [] } });
    assert.deepEqual(
      server.seen.map(({ id, session }) => [id, session]),
      [[5, 's1']],
    );
  });

  it('lets progress only go forward, also when the call is sent again', async () => {
    await open();
    let breaks = 1;
    server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      for (const progress of breaks > 0 ? [1, 2] : [1, 2, 3]) {
        stream(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress } }), undefined);
      }
      return breaks-- > 0 ? cut : answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await send(call(1));
    assert.deepEqual(
      written.map((message) => isRecord(message) && (message['params'] ?? message['id'])),
      [{ progress: 1 }, { progress: 2 }, { progress: 3 }, 1],
    );
  });

  it('keeps the id of a call that was sent again, and answers it once', async () => {
    await open();
    let breaks = 2;
    server.script = ({ http, method }) =>
      http === 'GET' ? never : method === 'tools/call' && breaks-- > 0 ? cut : undefined;
    await send(call('mine'));
    assert.deepEqual(written, [{ jsonrpc: '2.0', id: 'mine', result: { served: 'tools/call' } }]);
  });

  it('answers a batch in one line, and a second request under a running id with an error', async () => {
    await open();
    await send(call(1));
    written.length = 0;
    shim.line(
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'tools/list' },
        { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
        { jsonrpc: '2.0', id: 2, method: 'prompts/list' },
      ]),
    );
    await server.clock.settle();
    assert.deepEqual(written, [
      [
        { jsonrpc: '2.0', id: 1, result: { served: 'tools/list' } },
        { jsonrpc: '2.0', id: 2, result: { served: 'prompts/list' } },
      ],
    ]);
    server.script = ({ http, method }) => (http === 'GET' || method === 'tools/call' ? never : undefined);
    written.length = 0;
    await send(call(3));
    await send(call(3));
    assert.deepEqual(
      written.map((message) => isRecord(message) && [message['id'], 'error' in message]),
      [[3, true]],
    );
    await send({ method: 'notifications/cancelled', params: { requestId: 3 } });
  });

  it('reopens the stream on which the server speaks, and finds out by a request when its session is unknown there', async () => {
    const ends: ((end: typeof cut) => void)[] = [];
    let speak: ((json: string, session: undefined) => void) | undefined;
    server.script = ({ http, session }, stream) => {
      if (http !== 'GET') return undefined;
      if (session === undefined || !server.sessions.has(session)) return server.stale();
      speak = stream;
      return new Promise((resolve) => ends.push(resolve));
    };
    await open();
    const streams = () => server.seen.filter(({ http }) => http === 'GET').map(({ session }) => session);
    speak?.('{"jsonrpc":"2.0","method":"notifications/message","params":{}}', undefined);
    assert.deepEqual(written, [{ jsonrpc: '2.0', method: 'notifications/message', params: {} }]);
    await server.clock.advance(limits.healthyAfterMs);
    ends.shift()?.(cut);
    await server.clock.advance(limits.firstReconnectMaxMs);
    assert.deepEqual(streams(), ['s1']);
    assert.deepEqual(server.connects.at(-1), 'join');

    server.sessions.clear();
    ends.shift()?.(cut);
    await server.clock.advance(2_000);
    assert.deepEqual(server.methods(), [
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
    server.script = ({ http }) => (http === 'GET' ? new Promise((resolve) => (end = resolve)) : undefined);
    await open();
    server.connects.length = 0;
    server.reach = away();
    end?.(cut);
    await server.clock.advance(60_000);
    assert.ok(server.connects.length > 3);
    assert.deepEqual(new Set(server.connects), new Set(['join']));
  });
});
