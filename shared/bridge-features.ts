/** What a bridge can do that an older one of the same versions cannot; told beside its proof, and to windows in `welcome`. */
export const bridgeFeatures = {
  /** A tools/call under a key runs at most once, over crashes of bridge and window. */
  keys: 'idempotency-key',
  /** Windows may offer MCP servers: the message `upstreams`. */
  windowUpstreams: 'window-upstreams',
} as const;
