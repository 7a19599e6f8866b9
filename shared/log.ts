export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one line per call. Never file contents, tokens or secrets. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** The same log under a named area, for example `link`. */
  area(name: string): Log;
}

/** A log over one function; areas are prefixed as `[area] `. */
export function createLog(write: (level: LogLevel, message: string) => void, prefix = ''): Log {
  return {
    debug: (message) => write('debug', prefix + message),
    info: (message) => write('info', prefix + message),
    warn: (message) => write('warn', prefix + message),
    error: (message) => write('error', prefix + message),
    area: (name) => createLog(write, `[${name}] `),
  };
}
