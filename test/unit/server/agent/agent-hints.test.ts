import assert from 'node:assert/strict';
import { acknowledgedKeys, agentHints } from '../../../../server/agent/agent-hints.ts';
import { windowHeader } from '../../../../shared/agent-headers.ts';

describe('The headers beside a message', () => {
  const keyOf = (header: string) => agentHints({ 'idempotency-key': header }).key?.key;

  it('name a call by 1 to 128 visible ASCII characters', () => {
    for (const key of ['a', '8e03978e-40d5-43dd-bc93-6894a57f9324', 'a,b;c', '!#~', 'x'.repeat(128)]) {
      assert.equal(keyOf(key), key);
    }
    for (const none of ['', ' ', 'a b', 'ü', 'a\tb', 'x'.repeat(129)]) assert.equal(keyOf(none), undefined, none);
  });

  it('name it by a quoted string as well, which is the same as the bare one', () => {
    assert.equal(keyOf('"abc"'), 'abc');
    assert.equal(keyOf('"a \\"b\\" \\\\"'), 'a "b" \\');
    for (const none of ['""', '"', '"a', '"a"b"', '"a\\b"', 'a"']) {
      assert.equal(keyOf(none), none === 'a"' ? 'a"' : undefined, none);
    }
  });

  it('say nothing of a key where there is none, and of a repeat only by 1', () => {
    assert.equal(agentHints({ 'holdfast-repeat': '1' }).key, undefined);
    const repeat = (header: string) => agentHints({ 'idempotency-key': 'k', 'holdfast-repeat': header }).key?.repeat;
    assert.deepEqual(['1', '0', 'true'].map(repeat), [true, false, false]);
  });

  it('tell the window that was chosen from one that is only likely, whatever is in their names', () => {
    const windowOf = (header: string | undefined) => agentHints({ 'holdfast-window': header }).window;
    assert.deepEqual(windowOf(windowHeader('window-a', 'window-b')), { id: 'window-a', only: true });
    assert.deepEqual(windowOf(windowHeader(undefined, 'window-b')), { id: 'window-b', only: false });
    for (const id of ['☃', 'a;only', 'a b%']) {
      assert.match(windowHeader(id, undefined) ?? '', /^[!-~]+$/);
      assert.deepEqual(windowOf(windowHeader(id, undefined)), { id, only: true });
      assert.deepEqual(windowOf(windowHeader('', id)), { id, only: false });
    }
    for (const none of [undefined, '', ';only', '%']) assert.equal(windowOf(none), undefined, none);
    assert.equal(windowHeader('', ''), undefined);
  });

  it('acknowledge keys of both forms, and pass over what is none', () => {
    assert.equal(acknowledgedKeys({}), undefined);
    const keys = acknowledgedKeys({ 'holdfast-ack': 'a,"b, c" ,  d, ü,,"e\\"f"' });
    assert.deepEqual(keys, ['a', 'b, c', 'd', 'e"f']);
  });

  it('acknowledge no more keys than a client can have in flight', () => {
    const header = Array.from({ length: 600 }, (_, n) => `k${n}`).join();
    assert.equal(acknowledgedKeys({ 'holdfast-ack': header })?.length, 512);
  });
});
