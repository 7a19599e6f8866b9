import assert from 'node:assert/strict';
import { staleSessionBody } from '../../../../server/agent/legacy/stale-session.ts';

describe('The answer to a stale session id', () => {
  for (const detail of ['unknown', 'foreign', 'expired', 'terminated'] as const) {
    it(`is byte for byte what clients key on (${detail})`, () => {
      assert.equal(
        staleSessionBody(detail, 'i-1'),
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,' +
          '"message":"Session not found: this MCP session has expired or is unknown; send a new initialize request",' +
          '"data":{"recoverable":true,"action":"reinitialize_mcp_session","reason":"stale_streamable_http_session",' +
          `"detail":"${detail}","executed":false,"bridge":"i-1"}}}`,
      );
    });
  }
});
