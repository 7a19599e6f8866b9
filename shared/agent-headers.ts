/**
 * HTTP headers by which our own parts, and any agent that likes, say more than MCP has words for. Lower case, as Node
 * presents them.
 */
export const agentHeaders = {
  /** Id of the window that the agent's terminal belongs to. */
  window: 'holdfast-window',
  /** Absolute path of the folder that the agent works in, percent-encoded. */
  folder: 'holdfast-folder',
  /**
   * Names one tools/call for good: the call runs at most once, however often it is sent. 1 to 128 visible ASCII
   * characters, or a quoted string of the structured fields (draft-ietf-httpapi-idempotency-key-header).
   */
  key: 'idempotency-key',
  /**
   * `1`: the key may have been sent before, perhaps to a bridge that is gone. The call is then answered from the window
   * that has it; it runs only where it has provably never run. A key may be repeated for `limits.journalKeepMs`.
   */
  repeat: 'holdfast-repeat',
  /** On any POST, `<key>[, <key> …]`: the answers of these calls were delivered, and nobody will ask for them again. */
  ack: 'holdfast-ack',
} as const;
