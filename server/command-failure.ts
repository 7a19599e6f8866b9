import { errorMetaKey, failureText } from '../shared/call-result.ts';
import { HoldfastError, messageOf } from '../shared/errors.ts';
import { PortError } from './listen.ts';
import { McpCallError } from './mcp-call-error.ts';
import { OptionError } from './options.ts';
import { StateDirError } from './private-files.ts';

/** What a command that failed says, for people and under `--json`: one line of the form of a tool that failed. */
export interface CommandFailure {
  readonly text: string;
  readonly json: string;
}

export function commandFailure(error: unknown): CommandFailure {
  if (error instanceof HoldfastError) {
    const text = failureText(error.info);
    return { text: `${text}\n`, json: failureLine(text, { [errorMetaKey]: error.info }) };
  }
  const expected =
    error instanceof OptionError ||
    error instanceof StateDirError ||
    error instanceof McpCallError ||
    error instanceof PortError;
  const text = expected || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
  return { text: `holdfast: ${text}\n`, json: failureLine(messageOf(error)) };
}

/** What a command prints under `--json` where there is nothing but a sentence to tell. */
export function failureLine(text: string, more: object = {}): string {
  return `${JSON.stringify({ isError: true, text, ...more })}\n`;
}
