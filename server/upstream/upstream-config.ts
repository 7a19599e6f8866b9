import { z } from 'zod';

/** Names stand in front of tool names, two underscores between: in a name of their own those would be ambiguous. */
const nameSchema = z
  .string()
  .max(32)
  .regex(
    /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/,
    'names of servers are letters and digits, with single "-" or "_" between',
  );

const upstreamSchema = z
  .strictObject({
    /** The transport at the URL, where it should not be found out: Streamable HTTP, or the older HTTP with SSE. */
    type: z.enum(['http', 'sse']).optional(),
    /** Where it listens. */
    url: z.url({ protocol: /^https?$/, error: 'this is no http or https URL' }).optional(),
    /** Or a command that speaks MCP on stdin and stdout. */
    command: z.string().min(1).optional(),
    args: z.array(z.string()).default([]),
    /** Beside the bridge's own. */
    env: z.record(z.string(), z.string()).default({}),
    cwd: z.string().optional(),
    /** Sent with every request, for example an Authorization. */
    headers: z
      .record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string().regex(/^[\t -~\u0080-\u00ff]*$/))
      .default({}),
    /** Whether its word that a tool changes nothing is enough to repeat a call whose answer was lost. */
    trustHints: z.boolean().default(false),
  })
  .refine(({ url, command }) => (url === undefined) !== (command === undefined), {
    error: 'a server needs either "url" or "command"',
  });
/** An MCP server behind the bridge. */
export type UpstreamConfig = z.infer<typeof upstreamSchema>;

export const upstreamsSchema = z.record(nameSchema, upstreamSchema);
