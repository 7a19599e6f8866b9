import { z } from 'zod';
import { isRecord } from '../agent/json-rpc.ts';
import type { Message } from './upstream-era.ts';

/** What of an offered item can be shown to agents, and what of it cannot. */
export interface CheckedItem {
  /** Undefined when the whole item cannot. */
  readonly item: Message | undefined;
  /** The members that were left out, and why the whole item was. */
  readonly problems: readonly string[];
}

/** What of the value can be used, undefined for nothing of it; names what cannot by its path. */
type Check = (value: unknown, path: string, leaveOut: (path: string) => void) => unknown;

/** Of one member: as a whole or not at all. */
const as =
  (schema: z.ZodType): Check =>
  (value, path, leaveOut) => {
    if (schema.safeParse(value).success) return value;
    leaveOut(path);
    return undefined;
  };

/** Of an object: each member by itself. Members that nothing is known of stay as they are. */
const members =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, path, leaveOut) => {
    if (!isRecord(value)) return as(z.never())(value, path, leaveOut);
    const kept = Object.entries(value).map(([name, member]) => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      return [name, check === undefined ? member : check(member, joined(path, name), leaveOut)] as const;
    });
    return Object.fromEntries(kept.filter(([, member]) => member !== undefined));
  };

/** Of a list: each element by itself. */
const each =
  (check: Check): Check =>
  (value, path, leaveOut) => {
    if (!Array.isArray(value)) return as(z.never())(value, path, leaveOut);
    return value.map((element, at) => check(element, joined(path, at), leaveOut)).filter((kept) => kept !== undefined);
  };

/** An object that is nothing without this member. */
const named =
  (name: string, check: Check): Check =>
  (value, path, leaveOut) =>
    isRecord(value) && typeof value[name] !== 'string'
      ? as(z.never())(value, joined(path, name), leaveOut)
      : check(value, path, leaveOut);

const text = as(z.string());
const flag = as(z.boolean());
const icon = z.looseObject({
  src: z.string(),
  mimeType: z.string().optional(),
  sizes: z.array(z.string()).optional(),
  theme: z.enum(['light', 'dark']).optional(),
});
const objectSchema = z.looseObject({});
const common = { title: text, description: text, icons: each(as(icon)), _meta: members({}) };
const contentAnnotations = members({
  audience: as(z.array(z.enum(['user', 'assistant']))),
  priority: as(z.number().min(0).max(1)),
  lastModified: as(z.iso.datetime({ offset: true })),
});
const schema = members({
  properties: (value, path, leaveOut) => as(z.record(z.string(), objectSchema))(withoutBooleans(value), path, leaveOut),
  required: as(z.array(z.string())),
});

const checks = {
  tools: members({
    ...common,
    inputSchema: schema,
    outputSchema: schema,
    annotations: members({
      title: text,
      readOnlyHint: flag,
      destructiveHint: flag,
      idempotentHint: flag,
      openWorldHint: flag,
    }),
  }),
  prompts: members({
    ...common,
    arguments: each(named('name', members({ title: text, description: text, required: flag }))),
  }),
  resources: members({ ...common, mimeType: text, size: as(z.number()), annotations: contentAnnotations }),
  resourceTemplates: members({ ...common, mimeType: text, annotations: contentAnnotations }),
} as const satisfies Readonly<Record<string, Check>>;

export type OfferedKind = keyof typeof checks;

/**
 * Official clients refuse a whole list, ours included, for one item that is not as the spec has it: so a server's flaw
 * costs what is wrong, or else that item.
 *
 * @param key its name, URI or URI template
 */
export function checkedItem(kind: OfferedKind, key: string, described: Message): CheckedItem {
  // Agents are offered no tasks: it could never be called.
  const { execution } = described;
  if (kind === 'tools' && isRecord(execution) && execution['taskSupport'] === 'required') {
    return { item: undefined, problems: [`${key}, which runs only as a task`] };
  }
  const problems: string[] = [];
  const whole = completed(kind, key, described);
  if (whole === undefined) return { item: undefined, problems: [`${key}.inputSchema`] };
  const item = checks[kind](whole, key, (path) => problems.push(path));
  return { item: isRecord(item) ? item : undefined, problems };
}

/** With what goes without saying: arguments of a tool are an object, and a resource without a name is called by its URI. */
function completed(kind: OfferedKind, key: string, described: Message): Message | undefined {
  if (kind === 'prompts') return described;
  if (kind !== 'tools') return typeof described['name'] === 'string' ? described : { ...described, name: key };
  const given = described['inputSchema'] ?? {};
  if (!isRecord(given)) return undefined;
  const inputSchema = { ...given, type: given['type'] ?? 'object' };
  return inputSchema.type === 'object' ? { ...described, inputSchema } : undefined;
}

/** JSON Schema has `true` and `false` for schemas, which clients do not take there. */
function withoutBooleans(properties: unknown): unknown {
  if (!isRecord(properties)) return properties;
  const asObject = (value: unknown): unknown => (value === true ? {} : value === false ? { not: {} } : value);
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, asObject(value)]));
}

function joined(path: string, name: string | number): string {
  return `${path}.${name}`;
}
