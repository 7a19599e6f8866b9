import assert from 'node:assert/strict';
import { type Era, eraOfHeaders, eraOfPost } from '../../../../server/agent/era.ts';

const version = (text: string) => ({ 'mcp-protocol-version': text });
const session = { 'mcp-session-id': 'hf1.a.b' };
const enveloped = (claim: unknown) => ({ _meta: { 'io.modelcontextprotocol/protocolVersion': claim } });

describe('The era of a POST', () => {
  const posts: readonly (readonly [string, unknown, Readonly<Record<string, string>>, Era])[] = [
    ['an envelope', { method: 'tools/list', params: enveloped('2026-07-28') }, {}, 'modern'],
    ['an envelope of any version', { method: 'tools/list', params: enveloped('1900-01-01') }, {}, 'modern'],
    ['an envelope that is broken', { method: 'tools/list', params: enveloped(5) }, {}, 'modern'],
    ['an envelope in the company of a session', { params: enveloped('2026-07-28') }, session, 'modern'],
    ['an envelope around initialize', { method: 'initialize', params: enveloped('2026-07-28') }, {}, 'modern'],
    ["the era's own method", { method: 'server/discover' }, {}, 'modern'],
    ['no envelope but the version header', { method: 'tools/list' }, version('2026-07-28'), 'modern'],
    ['no envelope but a later version header', { method: 'tools/list' }, version('2027-01-01'), 'modern'],
    ['initialize, whatever the version header', { method: 'initialize' }, version('2026-07-28'), 'legacy'],
    ['nothing of the kind', { method: 'tools/list' }, {}, 'legacy'],
    ['an older version header', { method: 'tools/list' }, version('2025-11-25'), 'legacy'],
    ['a version header that is no version', { method: 'tools/list' }, version('v999'), 'legacy'],
    ['metadata of another kind', { params: { _meta: { progressToken: 1 } } }, session, 'legacy'],
    ['several messages at once', [{ params: enveloped('2026-07-28') }], version('2026-07-28'), 'legacy'],
    ['no message at all', 5, version('2026-07-28'), 'legacy'],
  ];
  for (const [what, body, headers, era] of posts) {
    it(`is ${era} for ${what}`, () => assert.equal(eraOfPost(body, headers), era));
  }
});

describe('The era of a GET or DELETE', () => {
  const heads: readonly (readonly [string, Readonly<Record<string, string>>, Era | undefined])[] = [
    ['a modern version', version('2026-07-28'), 'modern'],
    ['a modern version beside a session', { ...version('2026-07-28'), ...session }, 'modern'],
    ['an older version', version('2025-06-18'), 'legacy'],
    ['a session alone', session, 'legacy'],
    ['neither', {}, undefined],
  ];
  for (const [what, headers, era] of heads) {
    it(`is ${era ?? 'not known'} with ${what}`, () => assert.equal(eraOfHeaders(headers), era));
  }
});
