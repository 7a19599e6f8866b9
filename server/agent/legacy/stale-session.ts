/** Why a session id cannot be honoured. */
export type StaleDetail = 'unknown' | 'foreign' | 'expired' | 'terminated';

/**
 * The body of the 404 for a session id that cannot be honoured (docs/architecture.md, "Stale sessions"). Clients key on
 * the code, on the null id and on "session not found"; `executed: false` from this bridge proves that repeating is safe.
 */
export function staleSessionBody(detail: StaleDetail, instance: string): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32_001,
      message: 'Session not found: this MCP session has expired or is unknown; send a new initialize request',
      data: {
        recoverable: true,
        action: 'reinitialize_mcp_session',
        reason: 'stale_streamable_http_session',
        detail,
        executed: false,
        bridge: instance,
      },
    },
  });
}
