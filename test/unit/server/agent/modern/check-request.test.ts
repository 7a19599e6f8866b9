import assert from 'node:assert/strict';
import { checkRequest } from '../../../../../server/agent/modern/check-request.ts';
import { modernEnvelope } from '../../../../support/modern-http.ts';

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const served = { modern: ['2026-07-28'], legacy: ['2025-11-25'] };

/** Checks a `tools/call` of tool `t`; the headers fit unless changed. */
function check(meta: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) {
  const params = { name: 't', _meta: { ...modernEnvelope, ...meta } };
  const fitting = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 't' };
  const request = { kind: 'request', id: 1, method: 'tools/call', params } as const;
  return checkRequest({ ...fitting, ...headers }, request, served);
}

function codeOf(checked: ReturnType<typeof check>): number | undefined {
  return 'refusal' in checked ? checked.refusal.code : undefined;
}

describe('The check of a modern request', () => {
  it('yields who asks, in what version, and what log lines it wants', () => {
    assert.deepEqual(check({ 'io.modelcontextprotocol/logLevel': 'notice' }), {
      envelope: { version: '2026-07-28', client: { name: 'raw', version: '1' }, logLevel: 'notice' },
    });
  });

  it('bounds what a client calls itself', () => {
    const info = { name: `\n"\\ü${'x'.repeat(100)}`, version: 'y'.repeat(100), title: 'ignored' };
    const checked = check({ 'io.modelcontextprotocol/clientInfo': info });
    const client = { name: `????${'x'.repeat(60)}`, version: 'y'.repeat(32) };
    assert.deepEqual('envelope' in checked && checked.envelope.client, client);
  });

  it('looks at the version first, because another one may ask for something else', () => {
    const capabilities = { 'io.modelcontextprotocol/clientCapabilities': undefined };
    const later = { 'mcp-protocol-version': '2027-01-01' };
    assert.equal(
      codeOf(check({ [versionKey]: '2027-01-01', ...capabilities }, { ...later, 'mcp-method': 'x' })),
      -32_022,
    );
    assert.equal(codeOf(check({ [versionKey]: '2027-01-01' })), -32_020);
    assert.equal(codeOf(check({ [versionKey]: undefined }, later)), -32_022);
    assert.equal(codeOf(check({ [versionKey]: undefined })), -32_602);
    assert.equal(codeOf(check({ ...capabilities }, { 'mcp-method': 'x' })), -32_602);
    assert.equal(codeOf(check({}, { 'mcp-method': 'x' })), -32_020);
  });

  it('takes a name that looks encoded only in its encoded form', () => {
    const request = (name: string) =>
      ({ kind: 'request', id: 1, method: 'tools/call', params: { name, _meta: modernEnvelope } }) as const;
    const headers = (name: string) => ({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    });
    const literal = '=?base64?literal?=';
    assert.ok('envelope' in checkRequest(headers('=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='), request(literal), served));
    assert.ok('refusal' in checkRequest(headers(literal), request(literal), served));
    assert.ok('envelope' in checkRequest(headers('=?base64?open'), request('=?base64?open'), served));
  });
});
