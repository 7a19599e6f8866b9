import assert from 'node:assert/strict';
import { staleSessionBody } from '../../../../server/agent/legacy/stale-session.ts';
import { type AnswerFacts, classify, type Verdict } from '../../../../server/recovery/classify.ts';

const json = 'application/json';
const plain = 'text/plain';
const rpc = (code: number, message: string, id: unknown = null, data?: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });

/** What servers answer, as their sources have it: server, status, content type, body. */
const stale: readonly (readonly [string, number, string, string])[] = [
  ['this bridge', 404, json, staleSessionBody('unknown', 'i')],
  ['TypeScript SDK', 404, json, rpc(-32_001, 'Session not found')],
  ['TypeScript SDK, one transport, restarted', 400, json, rpc(-32_000, 'Bad Request: Server not initialized')],
  ['TypeScript SDK, a router without the id', 400, json, rpc(-32_000, 'Bad Request: No valid session ID provided')],
  ['Python SDK 1', 404, json, rpc(-32_600, 'Session not found', 'server-error')],
  ['Python SDK 1, older', 400, plain, 'Bad Request: No valid session ID provided'],
  ['Python SDK 2', 404, json, rpc(-32_600, 'Session not found')],
  ['Python SDK 2, ended', 404, json, rpc(-32_600, 'Not Found: Session has been terminated')],
  ['Go SDK', 404, plain, 'session not found\n'],
  ['Rust SDK', 404, plain, 'Not Found: Session not found'],
  ['Rust SDK, older', 401, plain, 'Unauthorized: Session not found'],
  ['supergateway', 400, json, rpc(-32_000, 'Bad Request: No valid session ID provided')],
  ['a plain object', 404, json, '{"error":"Session not found"}'],
  ['a nested object', 404, json, '{"error":{"message":"session expired"}}'],
  ['no body', 404, '', ''],
  ['a missing id', 400, json, rpc(-32_000, 'Bad Request: Mcp-Session-Id header is required')],
  ['an invalid id', 400, json, '{"error":"Invalid or missing session ID"}'],
  ['an invalid id, in words', 400, plain, 'Invalid session ID'],
  ['a 200 with an error', 200, json, rpc(-32_000, 'Invalid or expired session', 7)],
  ['a 200 with an error', 200, json, rpc(-32_000, 'The session has expired', 7)],
  ['a 200 with an error', 200, json, rpc(-32_000, 'Unknown session', 7)],
];

const others: readonly (readonly [string, Verdict, number, string, string])[] = [
  [
    'a result with such words',
    'not_a_session_error',
    200,
    json,
    '{"jsonrpc":"2.0","id":1,"result":{"t":"session not found"}}',
  ],
  ['another error', 'not_a_session_error', 200, json, rpc(-32_602, 'No such file', 1)],
  ['an accepted notification', 'not_a_session_error', 202, '', ''],
  ['a missing method', 'protocol', 404, json, rpc(-32_601, 'Method not found: session expired')],
  ['a proxy’s page', 'endpoint_gone', 404, 'text/html', '<h1>session not found</h1>'],
  ['another path', 'endpoint_gone', 404, plain, 'Cannot POST /mcp'],
  ['a redirect', 'endpoint_gone', 302, 'text/html', ''],
  ['a wrong version', 'protocol', 400, json, rpc(-32_000, 'Bad Request: Unsupported protocol version')],
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

const facts = (status: number, contentType: string, text: string): AnswerFacts => ({
  era: 'legacy',
  httpMethod: 'POST',
  status,
  contentType,
  text,
  sessionAttached: true,
});

describe('classifying answers', () => {
  it('knows how each server says that a session is gone', () => {
    for (const [server, status, contentType, text] of stale) {
      assert.equal(classify(facts(status, contentType, text)).verdict, 'stale_session', `${server}: ${text}`);
    }
  });

  it('takes nothing else for a stale session', () => {
    for (const [what, verdict, status, contentType, text] of others) {
      assert.equal(classify(facts(status, contentType, text)).verdict, verdict, what);
    }
  });

  it('never takes the same words for a stale session without a session, on a GET or DELETE, or in the modern era', () => {
    for (const [server, status, contentType, text] of stale) {
      const given = facts(status, contentType, text);
      for (const change of [
        { sessionAttached: false },
        { httpMethod: 'GET' },
        { httpMethod: 'DELETE' },
        { era: 'modern' },
      ] as const) {
        assert.notEqual(
          classify({ ...given, ...change }).verdict,
          'stale_session',
          `${server} ${JSON.stringify(change)}`,
        );
      }
    }
  });

  it('keeps code, message and data of an error body, whatever the status is', () => {
    const { error } = classify(facts(400, json, rpc(-32_022, 'Unsupported', 'a', { supported: ['x'] })));
    assert.deepEqual(error, { id: 'a', code: -32_022, message: 'Unsupported', data: { supported: ['x'] } });
  });
});
