import type { IncomingHttpHeaders } from 'node:http';
import { agentHeaders, decodedHeader, parseWindowHeader, type WindowChoice } from '../../shared/agent-headers.ts';
import { limits } from '../../shared/limits.ts';

/** What makes a tools/call the same call when it is sent again. */
export interface CallKey {
  /** Undefined when the header is there but holds no key. */
  readonly key: string | undefined;
  /** The sender knows that the key may have been sent before. */
  readonly repeat: boolean;
}

/** What a request says in headers beside its message. */
export interface AgentHints {
  readonly window: WindowChoice | undefined;
  /** Absolute path of the folder that the agent works in. */
  readonly folder: string | undefined;
  readonly key: CallKey | undefined;
}

export function agentHints(headers: IncomingHttpHeaders): AgentHints {
  const window = headers[agentHeaders.window];
  const folder = headers[agentHeaders.folder];
  const key = headers[agentHeaders.key];
  return {
    window: typeof window === 'string' ? parseWindowHeader(window) : undefined,
    // A folder that cannot be read is no folder: routing goes on without it.
    folder: typeof folder === 'string' && folder !== '' ? decodedHeader(folder) : undefined,
    key: key === undefined ? undefined : { key: parseKey(String(key)), repeat: headers[agentHeaders.repeat] === '1' },
  };
}

/** The keys of an acknowledgement, if there is one; what is no key is left out, because nothing can be known of it. */
export function acknowledgedKeys(headers: IncomingHttpHeaders): readonly string[] | undefined {
  const header = headers[agentHeaders.ack];
  if (header === undefined) return undefined;
  const items = String(header).match(/"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? [];
  return items.slice(0, limits.acknowledgedMaxKeys).flatMap((item) => parseKey(item) ?? []);
}

function parseKey(text: string): string | undefined {
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(.)/g, '$1');
  const allowed = quoted === undefined ? /^[!#-~][!-~]*$/ : /^[ -~]+$/;
  return key.length <= limits.callKeyMaxChars && allowed.test(key) ? key : undefined;
}
