import { createLog, type Log } from '../../shared/log.ts';

/** A log that a test reads: one line each, `level message`. */
export function memoryLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: createLog((level, message) => lines.push(`${level} ${message}`)), lines };
}
