import assert from 'node:assert/strict';
import type { Reply } from '../../../../server/recovery/reply.ts';
import { answered, cut, FakeUpstream } from '../../../support/fake-upstream.ts';

const operations: readonly (readonly [string, object])[] = [
  ['tools/call', { name: 'edit' }],
  ['tools/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'a' }],
  ['resources/subscribe', { uri: 'a' }],
  ['prompts/list', {}],
  ['prompts/get', { name: 'p' }],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: '' } }],
  ['logging/setLevel', { level: 'info' }],
  ['ping', {}],
];

describe('rule 10: every operation recovers', () => {
  let server: FakeUpstream;
  beforeEach(async () => {
    server = new FakeUpstream();
    await server.open();
  });
  afterEach(() => server.close());

  /** As the shim sends it: calls go under a key, and nothing else does. */
  const send = (method: string, params: object): Promise<Reply> =>
    method === 'tools/call' ? server.call({ params }) : server.request(method, params);
  const assertServed = (reply: Reply, method: string) => {
    assert.equal(reply.kind, 'response', JSON.stringify(reply));
    assert.deepEqual(JSON.parse(reply.json).result, { served: method });
  };

  for (const [method, params] of operations) {
    it(`${method}, from a session that our bridge or another server has lost`, async () => {
      for (const stale of [server.stale(), answered(404, 'session not found\n', 'text/plain')]) {
        server.seen.length = 0;
        const lost = server.session.use?.id;
        server.script = ({ method: asked, session }) => (asked === method && session === lost ? stale : undefined);
        assertServed(await send(method, params), method);
        assert.deepEqual(
          server.methods().map((seen) => seen.replace(/ .*/, '')),
          [method, 'initialize', 'notifications/initialized', method],
        );
        assert.notEqual(server.seen[0]?.id, server.seen[3]?.id);
      }
    });

    it(`${method}, from a connection that broke or was closed in the middle`, async () => {
      for (const end of [cut, { kind: 'streamed' }] as const) {
        server.seen.length = 0;
        let broken = false;
        server.script = ({ method: asked }) => {
          if (asked !== method || broken) return undefined;
          broken = true;
          return end;
        };
        assertServed(await send(method, params), method);
        assert.deepEqual(server.methods(), [`${method} s1`, `${method} s1`]);
      }
    });
  }
});
