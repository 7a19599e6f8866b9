/**
 * Every error code that an agent can see, with whether the same call may succeed when it is simply repeated later.
 * Codes are part of the public interface: add, never rename.
 */
const retryableByCode = {
  // the call itself
  invalid_input: false,
  unknown_tool: false,
  outside_workspace: false,
  not_found: false,
  not_a_file: false,
  position_out_of_range: false,
  too_large: false,
  ambiguous_symbol: false,
  // routing
  no_window: true,
  unknown_window: false,
  ambiguous_window: false,
  // the link
  link_down: true,
  outcome_unknown: false,
  timeout: true,
  cancelled: true,
  busy: true,
  // servers behind the bridge
  upstream_unavailable: true,
  // edits
  no_match: false,
  multiple_matches: false,
  overlapping_edits: false,
  version_changed: false,
  disk_conflict: false,
  already_exists: false,
  // Before 0.2: protected files are asked about now.
  protected_path: false,
  // asking the person
  approval_pending: true,
  approval_denied: false,
  untrusted: false,
  read_only: false,
  edit_rejected: true,
  save_failed: true,
  // ourselves
  tool_missing: false,
  internal: false,
} as const;

export type ErrorCode = keyof typeof retryableByCode;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(retryableByCode, value);
}

/** Whether the call had an effect: `unknown` only where the answer was lost. */
export type Executed = 'yes' | 'no' | 'unknown';

/** What an agent is told about a failed call. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  /** What happened, one sentence. */
  readonly message: string;
  /** What to do next, one sentence in the imperative. */
  readonly hint: string;
  readonly retryable: boolean;
  readonly executed: Executed;
}

export interface ErrorOptions {
  readonly hint: string;
  /** Defaults to `no`: an error is thrown before the effect unless it says otherwise. */
  readonly executed?: Executed;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

export class HoldfastError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  readonly executed: Executed;

  constructor(code: ErrorCode, message: string, options: ErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? retryableByCode[code];
    this.executed = options.executed ?? 'no';
  }

  get info(): ErrorInfo {
    const { code, message, hint, retryable, executed } = this;
    return { code, message, hint, retryable, executed };
  }

  static from(info: ErrorInfo): HoldfastError {
    return new HoldfastError(info.code, info.message, info);
  }
}

/** The text of anything thrown, for logs and for `internal` errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns anything thrown into what the agent is told; an unforeseen one becomes `internal`. */
export function toErrorInfo(error: unknown, executed: Executed = 'unknown'): ErrorInfo {
  if (error instanceof HoldfastError) return error.info;
  return {
    code: 'internal',
    message: `Unexpected failure: ${messageOf(error)}`,
    hint: 'Read the affected state before repeating the call; the details are in the Holdfast log.',
    retryable: false,
    executed,
  };
}

/** The code of a system error (`ENOENT`, `EADDRINUSE` …); undefined for anything else that was thrown. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
