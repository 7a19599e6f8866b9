import assert from 'node:assert/strict';
import { failureResult, successResult } from '../../../shared/call-result.ts';
import { HoldfastError } from '../../../shared/errors.ts';

describe('A serialised call result', () => {
  it('carries the text for the model beside the structured content', () => {
    const definition = { render: ({ count }: Record<string, unknown>) => `${String(count)} files` };
    assert.equal(
      successResult(definition, { count: 2 }),
      '{"content":[{"type":"text","text":"2 files"}],"structuredContent":{"count":2}}',
    );
  });

  it('tells of a failure in words and in data, and has no structured content', () => {
    const error = new HoldfastError('timeout', 'No answer.', { hint: 'Read first.', executed: 'unknown' });
    assert.deepEqual(JSON.parse(failureResult(error.info)), {
      content: [{ type: 'text', text: 'timeout: No answer.\nNext: Read first.\n(retryable: yes, executed: unknown)' }],
      isError: true,
      _meta: {
        'holdfast/error': {
          code: 'timeout',
          message: 'No answer.',
          hint: 'Read first.',
          retryable: true,
          executed: 'unknown',
        },
      },
    });
  });
});
