import assert from 'node:assert/strict';
import type { ExchangeEnd, ExchangeRequest } from '../../../../server/recovery/http-exchange.ts';
import { Upstream } from '../../../../server/upstream/upstream.ts';
import { createLog } from '../../../../shared/log.ts';
import { answered, FakeUpstream } from '../../../support/fake-upstream.ts';

describe('rule 7: the lists of a server behind the bridge', () => {
  let server: FakeUpstream;
  let upstream: Upstream;
  let changes: number;
  let tell: () => void;
  /** Answers the listings, in the order in which they were asked for. */
  let listings: ((name: string) => void)[];
  beforeEach(async () => {
    server = new FakeUpstream();
    listings = [];
    changes = 0;
    server.script = ({ http, method, id }, stream: ExchangeRequest['onMessage']) => {
      if (http === 'GET') {
        tell = () => stream('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', undefined);
        return new Promise<ExchangeEnd>(() => {});
      }
      if (method !== 'tools/list') return undefined;
      return new Promise((resolve) => {
        listings.push((name) =>
          resolve(answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [{ name }] } }))),
        );
      });
    };
    let ids = 0;
    upstream = new Upstream({
      name: 'other',
      config: { trustHints: false },
      connector: server,
      version: '1',
      newId: () => `u${++ids}`,
      clock: server.clock,
      random: () => 1,
      log: createLog(() => {}),
    });
    upstream.onDidChangeTools(() => void changes++);
    await server.clock.settle();
    listings.shift()?.('first');
    await upstream.looked;
    await server.clock.settle();
    changes = 0;
  });
  afterEach(async () => {
    upstream.dispose();
    await server.clock.advance(10_000);
    server.connection.dispose();
  });
  const names = () => upstream.tools.map(({ name }) => name);

  it('a slow old listing never overwrites a newer one', async () => {
    tell();
    tell();
    await server.clock.settle();
    const [old, newer] = listings;
    newer?.('newer');
    await server.clock.settle();
    old?.('old');
    await server.clock.settle();
    assert.deepEqual(names(), ['newer']);
    assert.equal(changes, 1);
  });

  it('tell of a change only when there is one', async () => {
    tell();
    await server.clock.settle();
    listings[0]?.('first');
    await server.clock.settle();
    assert.deepEqual(names(), ['first']);
    assert.equal(changes, 0);
  });
});
