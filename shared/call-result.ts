/** The two forms of a serialised MCP CallToolResult: made once, where the outcome is known, and passed on as a string. */
import type { z } from 'zod';
import type { ToolDefinition } from './define-tool.ts';
import type { ErrorInfo } from './errors.ts';

/** Key of the machine-readable error in a failed result's `_meta`. */
export const errorMetaKey = 'holdfast/error';

/** A success: the short text for the model and the structured content, which fits the tool's `outputSchema`. */
export function successResult<I extends z.ZodObject, O extends z.ZodObject>(
  definition: Pick<ToolDefinition<I, O>, 'render'>,
  output: z.output<O>,
): string {
  return JSON.stringify({
    content: [{ type: 'text', text: definition.render(output) }],
    structuredContent: output,
  });
}

/** A failure of the tool. It has no `structuredContent`, because clients check that against the tool's `outputSchema`. */
export function failureResult(info: ErrorInfo): string {
  const { code, message, hint, retryable, executed } = info;
  return JSON.stringify({
    content: [{ type: 'text', text: failureText(info) }],
    isError: true,
    _meta: { [errorMetaKey]: { code, message, hint, retryable, executed } },
  });
}

/** A failure as models and people read it. */
export function failureText({ code, message, hint, retryable, executed }: ErrorInfo): string {
  return `${code}: ${message}\nNext: ${hint}\n(retryable: ${retryable ? 'yes' : 'no'}, executed: ${executed})`;
}
