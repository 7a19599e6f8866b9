import assert from 'node:assert/strict';
import { createToModernResult } from '../../../../../server/agent/modern/results.ts';

const toResult = createToModernResult({ k: 1 });
const common = { resultType: 'complete', _meta: { k: 1 } };

describe('A result of the modern era', () => {
  const results: readonly (readonly [string, string, string, object])[] = [
    ['has the common members before its own', 'tools/call', '{"content":[]}', { ...common, content: [] }],
    ['may have none of its own', 'tools/call', '{}', common],
    ['may be written in lines', 'tools/call', '\n{\n  "a": 1\n}\n', { ...common, a: 1 }],
    ['may be empty in lines', 'tools/call', ' {\n } ', common],
    [
      'keeps its own metadata',
      'tools/call',
      '{"a":1,"_meta":{"b":2}}',
      { resultType: 'complete', a: 1, _meta: { b: 2 } },
    ],
    ['is not fooled by a text', 'tools/call', '{"text":"\\"_meta\\":{}"}', { ...common, text: '"_meta":{}' }],
    [
      'says how long it may be kept',
      'tools/list',
      '{"tools":[]}',
      { ...common, ttlMs: 60_000, cacheScope: 'private', tools: [] },
    ],
    ['is not to be kept when it shows a state', 'resources/read', '{}', { ...common, ttlMs: 0, cacheScope: 'private' }],
    [
      'may ask for more',
      'resources/read',
      '{"resultType":"input_required"}',
      { resultType: 'input_required', _meta: { k: 1 } },
    ],
    ['may ask for more with metadata', 'x', '{"resultType":"y","_meta":{}}', { resultType: 'y', _meta: {} }],
  ];
  for (const [what, method, own, wanted] of results) {
    it(what, () => {
      const text = toResult(method, own);
      assert.deepEqual(JSON.parse(text), wanted);
      for (const key of Object.keys(wanted)) assert.equal(text.split(`"${key}":`).length, 2, `one ${key} in ${text}`);
    });
  }

  it('is an object', () => {
    for (const json of ['[]', '5', '', 'null']) assert.throws(() => toResult('x', json), TypeError);
  });
});
