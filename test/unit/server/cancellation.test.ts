import assert from 'node:assert/strict';
import { Cancellation } from '../../../server/editors/cancellation.ts';

describe('A cancellation', () => {
  it('tells each listener once, and none that has left', () => {
    const cancellation = new Cancellation();
    const told: string[] = [];
    const left = () => told.push('left');
    cancellation.addEventListener('abort', () => told.push('first'));
    cancellation.addEventListener('abort', left);
    cancellation.addEventListener('abort', () => told.push(`second, aborted: ${cancellation.aborted}`));
    cancellation.removeEventListener('abort', left);
    assert.equal(cancellation.aborted, false);
    cancellation.abort();
    cancellation.abort();
    assert.deepEqual(told, ['first', 'second, aborted: true']);
  });

  it('aborts a real signal that was asked for before, and one asked for after', () => {
    const cancellation = new Cancellation();
    const before = cancellation.abortSignal;
    assert.equal(before.aborted, false);
    cancellation.abort();
    assert.equal(before.aborted, true);
    assert.equal(cancellation.abortSignal, before);
    const late = new Cancellation();
    late.abort();
    assert.equal(late.abortSignal.aborted, true);
  });
});
