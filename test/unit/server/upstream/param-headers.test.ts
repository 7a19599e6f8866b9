import assert from 'node:assert/strict';
import { paramHeaders } from '../../../../server/upstream/param-headers.ts';

describe('Arguments as headers', () => {
  const schema = (properties: object) => ({ type: 'object', properties });
  const place = { type: 'string', 'x-mcp-header': 'Place' };

  it('are those that the schema asks for, at any depth', () => {
    const deep = schema({ place, at: schema({ level: { type: 'integer', 'x-mcp-header': 'Level' } }), other: {} });
    assert.deepEqual(paramHeaders(deep, { place: 'north', at: { level: 3 }, other: 'x' }), {
      'mcp-param-place': 'north',
      'mcp-param-level': '3',
    });
  });

  it('are encoded where a header cannot hold them as they are', () => {
    assert.deepEqual(paramHeaders(schema({ place }), { place: 'Köln\r\nx: y' }), {
      'mcp-param-place': `=?base64?${Buffer.from('Köln\r\nx: y').toString('base64')}?=`,
    });
    assert.match(paramHeaders(schema({ place }), { place: '' })['mcp-param-place'] ?? '', /^=\?base64\?/);
  });

  it('leave out what is not given, is no plain value, or has a name that no header can have', () => {
    const odd = schema({
      place,
      list: { 'x-mcp-header': 'List' },
      half: { 'x-mcp-header': 'Half' },
      bad: { 'x-mcp-header': 'a b' },
    });
    assert.deepEqual(paramHeaders(odd, { place: null, list: [1], half: 0.5, bad: 'x' }), {});
    assert.deepEqual(paramHeaders(odd, 'text'), {});
    assert.deepEqual(paramHeaders(undefined, {}), {});
  });
});
