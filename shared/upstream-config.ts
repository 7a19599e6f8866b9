/** An MCP server behind the bridge, as `config.json` and the setting `holdfast.upstreams` describe it. */
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
    type: z
      .enum(['http', 'streamable-http', 'sse', 'stdio'])
      .optional()
      .describe(
        'The transport at `url`, where it should not be found out: Streamable HTTP, by either name, or the older HTTP with SSE. A `command` needs none; its own is `stdio`.',
      ),
    url: z
      .url({ protocol: /^https?$/, error: 'this is no http or https URL' })
      .optional()
      .describe('Where the server listens.'),
    command: z
      .string()
      .min(1)
      .optional()
      .describe('Instead of `url`: the program that speaks MCP on stdin and stdout; started again when it ends.'),
    args: z.array(z.string()).default([]).describe('Arguments of `command`.'),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe(
        "Environment of `command`, beside the bridge's own. Plain text in settings.json: write a secret as `${env:NAME}`.",
      ),
    cwd: z.string().optional().describe('Folder in which `command` runs.'),
    headers: z
      .record(
        z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'this is no name of a header'),
        z.string().regex(/^[\t -~\u0080-\u00ff]*$/, 'a header holds one line of Latin characters'),
      )
      .default({})
      .describe(
        'Sent with each request to `url`, for example Authorization. Plain text in settings.json: write a secret as `${env:NAME}`.',
      ),
    trustHints: z
      .boolean()
      .default(false)
      .describe(
        "Whether the server's word that a tool only reads, or may be repeated, is enough to repeat a call whose answer was lost.",
      ),
  })
  .refine(({ url, command }) => (url === undefined) !== (command === undefined), {
    error: 'a server needs either "url" or "command"',
  })
  .refine(({ type, url }) => type !== 'stdio' || url === undefined, {
    error: '"stdio" is the type of a "command", not of a "url"',
    path: ['type'],
  });
export type UpstreamConfig = z.infer<typeof upstreamSchema>;

/** What can be said of a server. */
export const upstreamKeys: readonly string[] = Object.keys(upstreamSchema.shape);

/** By the name that stands in front of the server's tools. */
export const upstreamsSchema = z.record(nameSchema, upstreamSchema);

/** Why a server is not used, for the person. */
export interface UpstreamProblem {
  readonly name: string;
  readonly reason: string;
}

interface ParsedUpstreams {
  readonly servers: Readonly<Record<string, UpstreamConfig>>;
  readonly problems: readonly UpstreamProblem[];
}

/** Each server by itself: one that is wrong costs no other. */
export function parseUpstreams(given: Readonly<Record<string, unknown>>): ParsedUpstreams {
  const servers: [string, UpstreamConfig][] = [];
  const problems: UpstreamProblem[] = [];
  for (const [name, value] of Object.entries(given)) {
    const { data, error } = upstreamsSchema.safeParse({ [name]: value });
    const config = data?.[name];
    if (config !== undefined) servers.push([name, config]);
    else problems.push({ name, reason: (error?.issues ?? []).map(describeIssue).join('; ') || 'this is no server' });
  }
  return { servers: Object.fromEntries(servers), problems };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.slice(1).join('.');
  return where === '' ? reasonOf(issue) : `${where}: ${reasonOf(issue)}`;
}

/** Why something is wrong: a record says "invalid key" of a name, and its inner issues why. */
export function reasonOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join('; ') : issue.message;
}

/** Equal for configurations that mean the same server, in whatever order they say it. */
export function upstreamKey(config: UpstreamConfig): string {
  return JSON.stringify(config, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
