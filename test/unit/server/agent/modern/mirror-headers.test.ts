import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headerProblem, mirrorHeaders } from '../../../../../server/agent/modern/header-checks.ts';

const names = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' a', 'a ', '=?base64?YQ==?=', 'é', 'a\nb'),
);

describe('headers made from a body', () => {
  it('agree with it, whatever the names in it are', () => {
    fc.assert(
      fc.property(fc.constantFrom('tools/call', 'prompts/get'), names, (method, name) => {
        const request = { kind: 'request', id: 1, method, params: { name } } as const;
        const headers = mirrorHeaders(request, '2026-07-28');
        assert.equal(headerProblem(headers, request, '2026-07-28'), undefined);
        assert.match(Object.values(headers).join(''), /^[\x20-\x7e]+$/);
      }),
    );
  });

  it('leave out what no header can hold', () => {
    assert.deepEqual(mirrorHeaders({ method: 'é\n', params: undefined }, '2026\r\nX: y'), {});
  });
});
