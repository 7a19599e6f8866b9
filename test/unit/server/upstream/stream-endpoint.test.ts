import assert from 'node:assert/strict';
import { StreamEndpoint } from '../../../../server/upstream/stream-endpoint.ts';
import { Upstream } from '../../../../server/upstream/upstream.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('A command behind the bridge that starts slowly', () => {
  const written: { readonly id?: string; readonly method: string }[] = [];
  const endpoints: StreamEndpoint[] = [];
  let stops = 0;
  let clock: FakeClock;
  let upstream: Upstream;
  beforeEach(async () => {
    written.length = 0;
    endpoints.length = 0;
    stops = 0;
    clock = new FakeClock();
    let ids = 0;
    const connect = () => {
      const running = endpoints.at(-1);
      if (running?.ended === undefined && running !== undefined) return Promise.resolve(running);
      const started = new StreamEndpoint({
        url: 'npx server',
        instance: `process ${endpoints.length}`,
        write: (json) => written.push(JSON.parse(json)),
        stop: () => {
          stops += 1;
        },
        beginMs: limits.serverBeginMs,
      });
      endpoints.push(started);
      return Promise.resolve(started);
    };
    upstream = new Upstream({
      name: 'other',
      config: { trustHints: false },
      ways: [{ transport: 'stdio', era: 'legacy', connector: { connect } }],
      version: '1',
      newId: () => `id-${++ids}`,
      clock,
      random: () => 1,
      log: memoryLog().log,
    });
    await clock.settle();
  });
  afterEach(() => upstream.dispose());
  const methods = () => written.map(({ method }) => method);

  it('is waited for, and asked to begin once', async () => {
    await clock.advance(limits.serverBeginMs - 1);
    assert.deepEqual(methods(), ['initialize']);
    const result = { protocolVersion: '2025-11-25', capabilities: {} };
    endpoints[0]?.take(JSON.stringify({ jsonrpc: '2.0', id: written[0]?.id, result }));
    await clock.settle();
    assert.deepEqual(methods(), ['initialize', 'notifications/initialized']);
    assert.equal(upstream.status.state, 'ready');
    assert.deepEqual([endpoints.length, stops], [1, 0]);
  });

  it('gives way to another process when it takes too long, and never hears of a cancelled `initialize`', async () => {
    await clock.advance(limits.serverBeginMs);
    assert.deepEqual([endpoints.length, stops], [1, 1]);
    await clock.advance(1_000);
    assert.deepEqual([endpoints.length, stops], [2, 1]);
    assert.deepEqual(methods(), ['initialize', 'initialize']);
  });
});
