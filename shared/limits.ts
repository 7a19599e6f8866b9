/** Every number of the product, with its unit in the name and its reason beside it. */
export const limits = {
  // --- link: reconnect (docs/architecture.md, "The link") ---
  /** Steps of the reconnect backoff; the last one repeats for ever. */
  reconnectStepsMs: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000],
  /** After a healthy link the bridge is usually back at once; the spread keeps fifty windows from arriving together. */
  firstReconnectMaxMs: 250,
  /** Only a link that lived this long resets the attempt count: a bridge that accepts and drops must not loop. */
  healthyAfterMs: 10_000,
  /** Upgrade, proof, hello and welcome must be done within this time. */
  handshakeMs: 5_000,
  /** Beat of the heartbeat; a link silent for three beats is dead. */
  heartbeatMs: 10_000,
  heartbeatMissed: 3,
  /** A timer later than this, or a wall clock that ran ahead of the monotonic one by this, means the machine slept. */
  resumeGapMs: 15_000,
  /** A window reload takes 5-15 s; calls for that window wait this long for it to return. */
  graceMs: 30_000,
  /** A coalesced event leaves at most this often: selections change with each key. */
  eventCoalesceMs: 150,

  // --- link: messages ---
  /** Largest message on the link, either way: a 4 MiB request body plus its envelope. */
  linkMaxPayloadBytes: 8 * 1024 * 1024,
  /** An editor that has not proven itself may send no more than its hello. */
  unprovenMaxSockets: 16,
  /** Results kept for a repeated call. */
  journalMaxEntries: 500,
  journalMaxBytes: 16 * 1024 * 1024,
  journalKeepMs: 10 * 60_000,

  // --- bridge process ---
  /** The bridge leaves after this time with no link, no open stream and no request. */
  idleExitMs: 10 * 60_000,
  /** A started bridge must print its first line within this time; a cold disk takes seconds. */
  bridgeStartMs: 15_000,
  /** So many failed starts in a row and the window gives up until the user asks. */
  bridgeStartFailures: 3,
  /** Proof of a bridge: one loopback round trip. */
  proofMs: 2_000,
  logMaxBytes: 1024 * 1024,
  logMaxFiles: 3,

  // --- agents (HTTP) ---
  /** MCP requests larger than this are answered 413. */
  bodyMaxBytes: 4 * 1024 * 1024,
  /** A body must arrive within this time. */
  bodyMs: 30_000,
  /** MCP session ids are at most this long, visible ASCII. */
  sessionIdMaxChars: 512,
  sessionMaxAgeMs: 30 * 24 * 3_600_000,
  /** Keep-alive comment on an open SSE stream, so that proxies and clients do not drop it. */
  streamKeepAliveMs: 15_000,

  // --- calls ---
  /** Budget of a tool call unless its definition says otherwise. */
  callMs: 10_000,
  /** No definition may ask for more: agents give up at 60 s. */
  callMaxMs: 45_000,
  /** Added to the editor's own budget before the bridge answers for it. */
  callMarginMs: 500,
  pendingCallsMax: 256,

  // --- answers ---
  /** About 2,000 tokens: the default size of one answer. */
  answerChars: 8_000,
  /** Hard cap of an answer: well below 25,000 tokens. */
  answerMaxChars: 60_000,
  /** The selection shown by get_editor_context is cut at this size. */
  selectionMaxChars: 16_384,
  /** A file larger than this is not read into an answer or searched for an edit. */
  fileMaxBytes: 16 * 1024 * 1024,
  /** get_diagnostics waits at most this long for the language server. */
  diagnosticsWaitMaxMs: 20_000,
  diagnosticsWaitDefaultMs: 5_000,
} as const;
