import type { IncomingHttpHeaders } from 'node:http';

/** What our own parts, which know where the agent runs, say about it in headers. */
export interface AgentHints {
  /** Id of the window that the agent's terminal belongs to. */
  readonly window: string | undefined;
  /** Absolute path of the folder that the agent works in. */
  readonly folder: string | undefined;
}

export function agentHints(headers: IncomingHttpHeaders): AgentHints {
  const window = headers['holdfast-window'];
  const folder = headers['holdfast-folder'];
  return {
    window: typeof window === 'string' && window !== '' ? window : undefined,
    folder: typeof folder === 'string' && folder !== '' ? decoded(folder) : undefined,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A folder that cannot be read is no folder: routing goes on without it.
    return undefined;
  }
}
