/** The one tool of the programs of this folder; that of `@modelcontextprotocol/server-everything` has the same shape. */
export const echoTool = {
  name: 'echo',
  inputSchema: { type: 'object' as const, properties: { message: { type: 'string' } } },
  annotations: { readOnlyHint: true },
};

export function echo(given: Readonly<Record<string, unknown>> | undefined) {
  return { content: [{ type: 'text' as const, text: `Echo: ${String(given?.['message'])}` }] };
}
