import assert from 'node:assert/strict';
import { type Effect, effectOf, strongestEffect } from '../../../shared/define-tool.ts';

describe('The effect of a tool', () => {
  const byInput = (strongest: Effect, actual: Effect) => ({ effect: { strongest, of: () => actual } });

  it('is the declared one, or the one for the input', () => {
    assert.equal(effectOf({ effect: 'ui' }, {}), 'ui');
    assert.equal(effectOf(byInput('write', 'read'), {}), 'read');
    assert.deepEqual([strongestEffect({ effect: 'ui' }), strongestEffect(byInput('write', 'read'))], ['ui', 'write']);
  });

  it('counts as the worst where an input claims more than was declared', () => {
    assert.equal(effectOf(byInput('ui', 'write'), {}), 'destructive');
  });
});
