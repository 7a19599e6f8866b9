import assert from 'node:assert/strict';
import { healedNotice, withNotice } from '../../../../server/agent/legacy/session-notice.ts';

const notice = healedNotice('hf1.x.y', 'unknown');

describe('What an answer says of its session', () => {
  it('stands in the metadata of its result, beside what is there', () => {
    const answer = (result: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, result });
    assert.deepEqual(JSON.parse(withNotice(answer({ tools: [] }), notice) ?? ''), {
      jsonrpc: '2.0',
      id: 1,
      result: { tools: [], _meta: { 'holdfast/session': notice } },
    });
    const { result } = JSON.parse(withNotice(answer({ _meta: { other: 1 } }), notice) ?? '');
    assert.deepEqual(result, { _meta: { other: 1, 'holdfast/session': notice } });
  });

  it('waits for another answer where this one has no result, or is nothing that we can read', () => {
    for (const answer of [
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}',
      'null',
      '{"result":[]}',
      'x',
    ])
      assert.equal(withNotice(answer, notice), undefined);
  });
});
