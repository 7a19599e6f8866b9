import assert from 'node:assert/strict';
import { staleSessionBody } from '../../../../server/agent/legacy/stale-session.ts';
import {
  type AnswerFacts,
  classify,
  type StaleRuleName,
  stalePatterns,
  staleRules,
  type Verdict,
} from '../../../../server/recovery/classify.ts';
import { liveServers } from '../../../support/live-servers/live-servers.ts';
import { recordedAnswers } from '../../../support/recorded-answers.ts';

const json = 'application/json';
const plain = 'text/plain';
const rpc = (code: number, message: string, id: unknown = null, data?: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });

/** What the rows of `recorded-answers.ts` and `live-servers.ts` leave out: server, rule, status, content type, body. */
const written: readonly (readonly [string, StaleRuleName, number, string, string])[] = [
  ['this bridge', 'code_404', 404, json, staleSessionBody('unknown', 'i')],
  [
    'SDK v1 or v2, one transport, restarted',
    'not_initialized_400',
    400,
    json,
    rpc(-32_000, 'Bad Request: Server not initialized'),
  ],
  ['a code in words', 'code_404', 404, json, rpc(-32_001, 'Gone')],
  ['a plain object', 'words_404', 404, json, '{"error":"Session not found"}'],
  ['a nested object', 'words_404', 404, json, '{"error":{"message":"session expired"}}'],
  ['a lookup, in words', 'words_404', 404, plain, 'Could not find session'],
  ['a lookup, with a detail', 'words_404', 404, json, '{"detail":"No such session"}'],
  ['a lookup, with a message', 'session_id_400', 400, json, '{"message":"Session not found"}'],
  ['no body', 'empty_404', 404, '', ''],
  ['a missing id', 'session_id_400', 400, json, rpc(-32_000, 'Bad Request: Mcp-Session-Id header is required')],
  ['an invalid id', 'session_id_400', 400, json, '{"error":"Invalid or missing session ID"}'],
  ['an invalid id, in words', 'session_id_400', 400, plain, 'Invalid session ID'],
  ['a 200 with an error, invalid or expired', 'error_in_200', 200, json, rpc(-32_000, 'Invalid or expired session', 7)],
  ['a 200 with an error, has expired', 'error_in_200', 200, json, rpc(-32_000, 'The session has expired', 7)],
  ['a 200 with an error, session expired', 'error_in_200', 200, json, rpc(-32_000, 'Session expired', 7)],
  ['a 200 with an error, expired session', 'error_in_200', 200, json, rpc(-32_000, 'Expired session', 7)],
  ['a 200 with an error, unknown session', 'error_in_200', 200, json, rpc(-32_000, 'Unknown session', 7)],
];

interface StaleRow {
  readonly server: string;
  readonly rule: StaleRuleName;
  readonly facts: AnswerFacts;
}

const mediaType = (header = '') => header.split(';', 1).join();
const stale: readonly StaleRow[] = [
  ...written.map(([server, rule, ...answer]) => ({ server, rule, facts: facts(...answer) })),
  ...recordedAnswers.map(({ server, rule, status, headers, body }) => ({
    server,
    rule,
    facts: facts(status, mediaType(headers['content-type']), body),
  })),
];

const others: readonly (readonly [string, Verdict, number, string, string])[] = [
  [
    'a result with such words',
    'not_a_session_error',
    200,
    json,
    '{"jsonrpc":"2.0","id":1,"result":{"t":"session expired: session not found"}}',
  ],
  ['another error', 'not_a_session_error', 200, json, rpc(-32_602, 'No such file', 1)],
  ['an argument that is missing', 'not_a_session_error', 200, json, rpc(-32_602, 'session_id is required', 1)],
  ['an accepted notification', 'not_a_session_error', 202, '', ''],
  ['a missing method', 'protocol', 404, json, rpc(-32_601, 'Method not found: session expired')],
  ['a proxy’s page', 'endpoint_gone', 404, 'text/html', '<h1>session not found</h1>'],
  ['a missing tool', 'protocol', 404, json, rpc(-32_602, 'Tool not found')],
  ['a proxy’s empty page', 'endpoint_gone', 404, 'text/html', ''],
  ['another path', 'endpoint_gone', 404, plain, 'Cannot POST /mcp'],
  ['a redirect', 'endpoint_gone', 302, 'text/html', ''],
  ['a wrong version', 'protocol', 400, json, rpc(-32_000, 'Bad Request: Unsupported protocol version')],
  ['a second initialize', 'protocol', 400, json, rpc(-32_600, 'Invalid Request: Server already initialized')],
  ['a parse error', 'protocol', 400, json, rpc(-32_700, 'Parse error')],
  ['too much', 'protocol', 413, json, rpc(-32_000, 'Payload too large')],
  ['no token', 'auth', 401, json, rpc(-32_000, 'Unauthorized: no bearer token was sent')],
  ['a token that expired with its session', 'auth', 401, json, '{"error":"session expired"}'],
  ['forbidden', 'auth', 403, json, rpc(-32_000, 'Forbidden')],
  ['too often', 'transient', 429, plain, 'slow down'],
  ['leaving', 'transient', 503, plain, 'session not found'],
  ['a bad gateway', 'transient', 502, 'text/html', '<h1>Bad Gateway</h1>'],
  ['a crash', 'transient', 500, plain, 'oops'],
  ['a crash that answers', 'protocol', 500, json, rpc(-32_603, 'Internal error', 1)],
];

function facts(status: number, contentType: string, text: string): AnswerFacts {
  return { era: 'legacy', httpMethod: 'POST', status, contentType, text, sessionAttached: true };
}

describe('rule 1: only a POST that carried a session id can be stale, and the table of answers says which', () => {
  for (const { server, rule, facts: given } of stale) {
    it(`${server}: ${given.status} is stale (${rule})`, () => {
      const { verdict, rule: matched } = classify(given);
      assert.deepEqual({ verdict, rule: matched }, { verdict: 'stale_session', rule }, given.text);
    });
  }

  it('each rule of the classifier has an answer here or a live server', () => {
    const shown = new Set([...stale, ...liveServers].map(({ rule }) => rule));
    assert.deepEqual(
      staleRules.map(({ name }) => name).filter((name) => !shown.has(name)),
      [],
    );
    assert.equal(new Set(staleRules.map(({ name }) => name)).size, staleRules.length);
  });

  it('each pattern of the classifier has an answer here', () => {
    const texts = stale.map(({ facts: { text } }) => text);
    for (const [name, patterns] of Object.entries(stalePatterns)) {
      const idle = patterns.filter((pattern) => !texts.some((text) => pattern.test(text)));
      assert.deepEqual(idle, [], name);
    }
  });

  for (const [what, verdict, status, contentType, text] of others) {
    it(`${what} is not stale but ${verdict}`, () => {
      assert.equal(classify(facts(status, contentType, text)).verdict, verdict);
    });
  }

  it('the same words are never stale without a session, on a GET or DELETE, or in the modern era', () => {
    for (const { server, facts: given } of stale) {
      for (const change of [
        { sessionAttached: false },
        { httpMethod: 'GET' },
        { httpMethod: 'DELETE' },
        { era: 'modern' },
      ] as const) {
        const { verdict, rule } = classify({ ...given, ...change });
        assert.notEqual(verdict, 'stale_session', `${server} ${JSON.stringify(change)}`);
        assert.equal(rule, undefined);
      }
    }
  });
});

describe('rule 8: JSON-RPC error bodies on non-200 answers', () => {
  it('keep code, message and data, whatever the status is', () => {
    for (const status of [400, 401, 403, 404, 429, 500, 503]) {
      const { error } = classify(facts(status, json, rpc(-32_022, 'Unsupported', 'a', { supported: ['x'] })));
      assert.deepEqual(error, { id: 'a', code: -32_022, message: 'Unsupported', data: { supported: ['x'] } });
    }
  });
});
