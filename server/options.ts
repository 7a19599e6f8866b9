import { limits } from '../shared/limits.ts';
import { type StalePolicy, stalePolicies } from './agent/legacy/stale-policy.ts';

export interface ServeOptions {
  /** Undefined: the port kept for this user, chosen at the first start. 0: any free port, not kept. */
  readonly port: number | undefined;
  readonly stateDir: string;
  /** Milliseconds without link, stream and request. */
  readonly idleExitMs: number | 'never';
  /** Undefined: as `config.json` says. */
  readonly onStale: StalePolicy | undefined;
  /** Whether the first line of stdout is the `ServeEvent` as JSON. */
  readonly json: boolean;
  /** Started by a running bridge, to take its place. */
  readonly successor: boolean;
}

/** An option that a person gave is wrong; the message says what is accepted. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new OptionError(`--port takes a number from 0 (any free port) to 65535, not "${text}".`);
  }
  return port;
}

const loopback = new Set(['127.0.0.1', 'localhost']);

/** The bridge is reachable from this machine only; the option exists to say so plainly. */
export function parseHost(text: string): string {
  if (!loopback.has(text)) {
    throw new OptionError(
      `--host ${text} is refused: the bridge listens on 127.0.0.1 only, because whoever reaches it can edit your files. Leave the option out; for another machine use an SSH tunnel.`,
    );
  }
  return '127.0.0.1';
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `90s`, `10m`, `1h`, `500ms`; `0` means `never`. */
export function parseIdleExit(text: string): number | 'never' {
  if (text === '0' || text === 'never') return 'never';
  return parseDuration('--idle-exit', text, 'or "never"');
}

/** What happens to a stale session id that an agent repeats. */
export function parseOnStale(text: string): StalePolicy {
  const policy = stalePolicies.find((known) => known === text);
  if (policy === undefined) throw new OptionError(`--on-stale takes ${stalePolicies.join(', ')}, not "${text}".`);
  return policy;
}

/** The time that a call from the shell may take, within what a tool may take at all. */
export function parseCallTimeout(text: string): number {
  const ms = parseDuration('--timeout', text, `up to ${limits.callMaxMs / 1_000}s`);
  if (ms > limits.callMaxMs) throw new OptionError(`--timeout is at most ${limits.callMaxMs / 1_000}s, not "${text}".`);
  return ms;
}

function parseDuration(option: string, text: string, more: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match === null ? 0 : Math.round(Number(match[1]) * unitMs[unitOf(match[2])]);
  // setTimeout takes no more than 2^31 - 1 ms.
  if (ms < 1 || ms > 2 ** 31 - 1)
    throw new OptionError(`${option} takes a time such as 90s, 10m or 1h, ${more}, not "${text}".`);
  return ms;
}

function unitOf(text: string | undefined): keyof typeof unitMs {
  return text === 'ms' || text === 'm' || text === 'h' ? text : 's';
}

/** The JSON object that a tool is called with. */
export function parseToolInput(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OptionError(
      `The tool's arguments are not JSON: ${text}\nGive one object in single quotes, for example '{"path":"src/main.ts"}'.`,
      { cause },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OptionError(
      `The tool's arguments are one JSON object, for example '{"path":"src/main.ts"}', not ${text}.`,
    );
  }
  return { ...value };
}
