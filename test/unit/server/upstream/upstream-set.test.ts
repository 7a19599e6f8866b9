import assert from 'node:assert/strict';
import { Cancellation } from '../../../../server/editors/cancellation.ts';
import { Upstream } from '../../../../server/upstream/upstream.ts';
import { UpstreamSet } from '../../../../server/upstream/upstream-set.ts';
import type { UpstreamConfig } from '../../../../shared/upstream-config.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { memoryLog } from '../../../support/memory-log.ts';

describe('The servers behind a bridge', () => {
  const config: UpstreamConfig = { url: 'http://fake/mcp', args: [], env: {}, headers: {}, trustHints: false };
  const begin = () => {
    const clock = new FakeClock();
    const begun: string[] = [];
    const connector = { connect: () => Promise.reject(new Error('refused')) };
    const set = new UpstreamSet((name, given) => {
      begun.push(name);
      return new Upstream({
        name,
        config: given,
        ways: [{ transport: 'HTTP', era: 'legacy', connector }],
        version: '1',
        newId: () => 'id',
        clock,
        random: () => 1,
        log: memoryLog().log,
      });
    });
    return { set, begun };
  };

  it('go on when they are wanted again as they are, and begin anew with another configuration', () => {
    const { set, begun } = begin();
    const changes: string[] = [];
    set.onDidChange((change) => change.kind === 'list' && changes.push(change.list));
    set.apply({ a: config, b: config });
    const [a] = set.list();
    assert.equal(changes.length, 6);
    set.apply({ a: { ...config }, b: { ...config, trustHints: true } });
    assert.equal(set.get('a'), a);
    assert.deepEqual(begun, ['a', 'b', 'b']);
    set.apply({ b: { ...config, trustHints: true } });
    assert.deepEqual([set.get('a'), set.list().length], [undefined, 1]);
    set.dispose();
  });

  it('are still known when the bridge leaves: what arrives then did not run', async () => {
    const { set } = begin();
    set.apply({ a: config });
    set.dispose();
    const call = set.get('a')?.request({ method: 'tools/call', params: { name: 'x' }, signal: new Cancellation() });
    await assert.rejects(async () => call, { code: 'upstream_unavailable', executed: 'no' });
  });
});
