/**
 * HTTP headers by which our own parts, and any agent that likes, say more than MCP has words for. Lower case, as Node
 * presents them.
 */
export const agentHeaders = {
  /**
   * `<id>`: the window that the agent's terminal belongs to, which is advice. `<id>;only`: the window of every call that
   * names no other. Percent-encoded.
   */
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

/** What the header says of a window. */
export interface WindowChoice {
  readonly id: string;
  /** Whether no other window will do. */
  readonly only: boolean;
}

const onlySuffix = ';only';

/**
 * The header for the window that a person has chosen, which is an order, else for the one that the environment names,
 * which is advice: it may be out of date. Undefined where neither says anything.
 */
export function windowHeader(chosen: string | undefined, fromEnvironment: string | undefined): string | undefined {
  if (chosen !== undefined && chosen !== '') return `${encodeURIComponent(chosen)}${onlySuffix}`;
  return fromEnvironment === undefined || fromEnvironment === '' ? undefined : encodeURIComponent(fromEnvironment);
}

export function parseWindowHeader(header: string): WindowChoice | undefined {
  const only = header.endsWith(onlySuffix);
  const id = decodedHeader(only ? header.slice(0, -onlySuffix.length) : header);
  return id === undefined || id === '' ? undefined : { id, only };
}

/** Undefined when it is not percent-encoded text. */
export function decodedHeader(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
