import assert from 'node:assert/strict';
import type { Reply } from '../../../../server/recovery/reply.ts';
import { refusalIn } from '../../../../server/upstream/upstream-era.ts';

describe('An answer to the first request to a server', () => {
  const response = (rest: object, error?: object): Reply => ({
    kind: 'response',
    json: JSON.stringify({ jsonrpc: '2.0', id: 1, ...rest }),
    error,
    sessionId: undefined,
  });
  const error = { id: 1, code: -32_601, message: 'Method not found', data: undefined };
  const refused = (status: number, more: Partial<Extract<Reply, { kind: 'refused' }>> = {}): Reply => ({
    kind: 'refused',
    status,
    error: undefined,
    text: '',
    ...more,
  });

  it('says that another way should be tried, when it is an error or no answer to it', () => {
    for (const reply of [
      response({ error }, error),
      response({ result: null }),
      ...[400, 404, 405, 500, 503].map((status) => refused(status, { error })),
      // Plain words, a page, nothing at all.
      ...[200, 202, 307, 400, 404, 405, 500, 501].map((status) => refused(status)),
    ]) {
      assert.notEqual(refusalIn(reply), undefined, JSON.stringify(reply));
    }
    assert.match(refusalIn(refused(500, { error })) ?? '', /-32601/);
  });

  it('says nothing of the way when it is about access, load or a server that is away', () => {
    for (const reply of [
      response({ result: {} }),
      ...[401, 403, 408, 429].map((status) => refused(status, { error })),
      ...[401, 403, 408, 429, 502, 503, 504].map((status) => refused(status)),
      { kind: 'timeout', budgetMs: 1, sent: true } as const,
      { kind: 'unreachable', reason: 'refused', hint: undefined, sent: false } as const,
    ]) {
      assert.equal(refusalIn(reply), undefined, JSON.stringify(reply));
    }
  });
});
