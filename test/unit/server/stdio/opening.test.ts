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
});
