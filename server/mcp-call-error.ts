/** The bridge refused a request as such (not: the tool failed), or did not answer one that has no effect. */
export class McpCallError extends Error {
  override readonly name = 'McpCallError';
}

/** Why `fetch` rejected, in the words of whatever failed below it. */
export function fetchProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'its time was over';
  return error.cause instanceof Error ? fetchProblem(error.cause) : error.message;
}
