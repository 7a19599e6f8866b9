export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one entry per call, whose lines after the first are indented. Never file contents, tokens or secrets. */
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
  const entry = (level: LogLevel) => (message: string) => write(level, prefix + oneEntry(message));
  return {
    debug: entry('debug'),
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    area: (name) => createLog(write, `[${name}] `),
  };
}

/**
 * Keeps one entry one entry: whoever supplied a part of the message cannot forge a line of its own, steer a terminal or
 * reorder what is read.
 */
function oneEntry(message: string): string {
  return message
    .split(/\r?\n\s*/)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '))
    .join('\n    ');
}
