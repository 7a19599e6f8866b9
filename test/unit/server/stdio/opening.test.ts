import assert from 'node:assert/strict';
import { limits } from '../../../../shared/limits.ts';
import { answered, away, never } from '../../../support/fake-upstream.ts';
import { ShimRig, toolCall } from '../../../support/shim-rig.ts';

describe('the shim, while its session opens', () => {
  let rig: ShimRig;
  beforeEach(() => {
    rig = new ShimRig();
  });
  afterEach(() => rig.dispose());

  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  const line = (message: object) => rig.shim.line(JSON.stringify({ jsonrpc: '2.0', ...message }));
  /** What an agent writes that waits for nothing. */
  const writeAtOnce = () => {
    line({ id: 0, method: 'initialize', params: initialize });
    line({ method: 'notifications/initialized' });
    line({ id: 1, method: 'tools/list' });
  };
  const answers = () => rig.written.map((message) => JSON.stringify(message));

  it('holds what comes while initialize is under way, and opens the stream as ever', async () => {
    writeAtOnce();
    await rig.server.clock.settle();
    assert.deepEqual(rig.server.methods(), ['initialize -', 'notifications/initialized s1', 'tools/list s1', 'GET s1']);
    assert.deepEqual(
      answers(),
      [
        { jsonrpc: '2.0', id: 0, result: { protocolVersion: '2025-11-25' } },
        { jsonrpc: '2.0', id: 1, result: { served: 'tools/list' } },
      ].map((message) => JSON.stringify(message)),
    );
  });

  it('holds no request of a modern client, and none that is cancelled meanwhile goes out', async () => {
    let open = (): void => {};
    rig.server.script = ({ http, method, id }) => {
      if (http === 'GET') return never;
      const result = answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 'v' } }));
      return method === 'initialize' ? new Promise((resolve) => (open = () => resolve(result))) : result;
    };
    writeAtOnce();
    await rig.server.clock.settle();
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    await rig.send(toolCall('modern', { _meta }));
    await rig.send(toolCall('given up'));
    await rig.send({ method: 'notifications/cancelled', params: { requestId: 'given up' } });
    assert.deepEqual(rig.server.methods(), ['initialize -', 'tools/call -']);
    open();
    await rig.server.clock.settle();
    assert.deepEqual(rig.server.methods().slice(2), ['notifications/initialized -', 'tools/list -', 'GET -']);
    assert.ok(!answers().some((text) => text.includes('given up')));
  });

  it('answers a request that waited for an initialize that failed', async () => {
    rig.server.reach = away();
    writeAtOnce();
    await rig.server.clock.advance(limits.recoveryWaitMs);
    assert.equal(answers().length, 2);
    assert.match(answers()[0] ?? '', /"id":0.*no bridge runs/);
    assert.match(answers()[1] ?? '', /"id":1.*no session: send /);
  });

  it('answers ping itself before and during initialize, and says of the rest what is missing', async () => {
    await rig.send({ id: 'early', method: 'ping' });
    await rig.send(toolCall('call'));
    writeAtOnce();
    line({ id: 'meanwhile', method: 'ping' });
    await rig.server.clock.settle();
    await rig.send({ id: 'later', method: 'ping' });
    assert.deepEqual(rig.written.slice(0, 3), [
      { jsonrpc: '2.0', id: 'early', result: {} },
      {
        jsonrpc: '2.0',
        id: 'call',
        error: { code: -32_000, message: 'There is no session: send "initialize" first' },
      },
      { jsonrpc: '2.0', id: 'meanwhile', result: {} },
    ]);
    assert.deepEqual(rig.written.at(-1), { jsonrpc: '2.0', id: 'later', result: { served: 'ping' } });
    assert.deepEqual(
      rig.server.methods().filter((method) => /ping|call/.test(method)),
      ['ping s1'],
    );
  });

  it('ends the session that a second initialize replaces, with its stream and what was set up in it', async () => {
    await rig.open();
    await rig.send({ id: 1, method: 'resources/subscribe', params: { uri: 'a' } });
    await rig.initialize(2);
    assert.deepEqual(rig.server.methods(), ['resources/subscribe s1', 'initialize -', 'DELETE s1']);
    await rig.server.clock.advance(limits.healthyAfterMs);
    assert.equal(rig.server.seen.length, 3, 'the stream began before the new session was in use');
    await rig.send({ method: 'notifications/initialized' });
    assert.deepEqual(rig.server.methods().slice(3), ['notifications/initialized s2', 'GET s2']);

    rig.server.sessions.clear();
    await rig.send({ id: 3, method: 'tools/list' });
    const healed = ['tools/list s2', 'initialize -', 'notifications/initialized s3', 'tools/list s3'];
    assert.deepEqual(rig.server.methods().slice(5), healed);
  });

  it('leaves a session that cannot be told of its end to its age', async () => {
    await rig.open();
    rig.server.script = ({ http, method, id }) => {
      if (http === 'GET') return never;
      if (method !== 'initialize') return undefined;
      rig.server.connection.lost(endpoint, 'gone');
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }), 'application/json', 's2');
    };
    const endpoint = await rig.server.connection.acquire();
    await rig.initialize(2);
    assert.deepEqual(rig.server.methods(), ['initialize -']);
    assert.equal(rig.server.session.use?.id, 's2');
  });
});
