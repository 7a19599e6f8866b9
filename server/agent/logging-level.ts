/** MCP's levels, least severe first (RFC 5424). */
export const loggingLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LoggingLevel = (typeof loggingLevels)[number];

/** Whether a line of this level is at least as severe as the one that was asked for. */
export function isAtLeast(level: LoggingLevel, asked: LoggingLevel): boolean {
  return loggingLevels.indexOf(level) >= loggingLevels.indexOf(asked);
}
