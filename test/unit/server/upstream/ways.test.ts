import assert from 'node:assert/strict';
import { waysTo } from '../../../../server/upstream/ways.ts';
import { parseUpstreams } from '../../../../shared/upstream-config.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('The ways to a server', () => {
  const deps = { env: {}, newId: () => 'id', clock: new FakeClock(), log: memoryLog().log };
  const waysOf = (given: object): readonly string[] => {
    const { servers, problems } = parseUpstreams({ given });
    const { given: config } = servers;
    if (config === undefined) return problems.map(({ reason }) => reason);
    return waysTo(config, deps).map(({ era, transport }) => `${era} over ${transport}`);
  };
  const url = 'http://127.0.0.1:9/mcp';

  it('follow its type by each name that is usual for it', () => {
    const http = ['modern over HTTP', 'legacy over HTTP'];
    const stdio = ['legacy over stdio', 'modern over stdio'];
    assert.deepEqual(waysOf({ url }), [...http, 'legacy over HTTP with SSE']);
    for (const type of ['http', 'streamable-http']) assert.deepEqual(waysOf({ url, type }), http);
    assert.deepEqual(waysOf({ url, type: 'sse' }), ['legacy over HTTP with SSE']);
    assert.deepEqual(waysOf({ command: 'node' }), stdio);
    assert.deepEqual(waysOf({ command: 'node', type: 'stdio' }), stdio);
    assert.deepEqual(waysOf({ url, type: 'stdio' }), ['type: "stdio" is the type of a "command", not of a "url"']);
  });
});
