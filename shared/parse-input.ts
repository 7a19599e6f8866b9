/**
 * Turns what an agent sent as a tool's arguments into the tool's input, or into an error that teaches the right call.
 * Bridge and extension use the same one, so both refuse the same calls with the same words.
 */
import type { z } from 'zod';
import { HoldfastError } from './errors.ts';
import { acceptedArguments, describeIssue, unknownArguments } from './input-issues.ts';
import { limits } from './limits.ts';

/**
 * Arguments that clients add by themselves to any tool's. One is dropped only where the tool has no argument of that
 * name; a name is listed only when a shipping client is known to send it, so that a misspelt argument is never hidden.
 */
const addedByClients: Readonly<Record<string, (value: unknown) => boolean>> = {
  /** Protocol metadata, put beside the arguments by clients that build `params` from one flat object. */
  _meta: () => true,
  /** Cursor: placeholder for a tool without required arguments. */
  random_string: () => true,
  /** Gemini CLI: its own scheduling flag, declared on each tool that it shows to the model. */
  wait_for_previous: (value) => typeof value === 'boolean',
  /** n8n's MCP client tool passes on its node's own input (n8n-io/n8n#21500). */
  toolCallId: () => true,
  sessionId: () => true,
  chatInput: () => true,
  action: (value) => value === 'sendMessage',
};

/** JSON within JSON: a stringified list may hold stringified objects, but no client nests deeper. */
const repairRounds = 3;

type Path = readonly PropertyKey[];

/**
 * Parses the arguments of one call.
 *
 * @throws HoldfastError `invalid_input`, which names each wrong argument and lists the accepted ones.
 */
export function parseInput<I extends z.ZodObject>(
  tool: string,
  definition: { readonly input: I },
  raw: unknown,
): z.output<I> {
  const schema = definition.input;
  let candidate: unknown = withoutAdded(schema, toObject(tool, schema, raw));
  let parsed = schema.safeParse(candidate);
  for (let round = 0; !parsed.success && round < repairRounds; round++) {
    const repaired = repair(candidate, parsed.error.issues);
    if (repaired === undefined) break;
    candidate = repaired;
    parsed = schema.safeParse(candidate);
  }
  const problems = unknownArguments(schema, candidate);
  if (!parsed.success)
    problems.push(
      ...parsed.error.issues
        .slice(0, limits.inputProblemsMax)
        .map((issue) => describeIssue(issue, valueAt(candidate, issue.path))),
    );
  if (parsed.success && problems.length === 0) return parsed.data;
  throw invalidInput(tool, schema, [...new Set(problems)].join(' '));
}

function invalidInput(tool: string, schema: z.ZodObject, problem: string): HoldfastError {
  return new HoldfastError('invalid_input', `${tool}: ${problem}`, {
    hint: `Call ${tool} again with the arguments corrected. ${acceptedArguments(schema)}`,
  });
}

function toObject(tool: string, schema: z.ZodObject, raw: unknown): Readonly<Record<string, unknown>> {
  const value = typeof raw === 'string' ? (parseJson(raw)?.value ?? raw) : raw;
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidInput(tool, schema, `The arguments are one JSON object, not ${kindOf(value)}.`);
  return value;
}

function withoutAdded(schema: z.ZodObject, raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isAdded = ([name, value]: readonly [string, unknown]): boolean =>
    !Object.hasOwn(schema.shape, name) && Object.hasOwn(addedByClients, name) && addedByClients[name]?.(value) === true;
  const entries = Object.entries(raw);
  return entries.some(isAdded) ? Object.fromEntries(entries.filter((entry) => !isAdded(entry))) : raw;
}

/** Undoes what clients do to values; undefined when nothing could be undone. Never changes the agent's own object. */
function repair(input: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  let repaired = input;
  let changed = false;
  for (const { code, path } of issues) {
    if (code !== 'invalid_type' && code !== 'invalid_union' && code !== 'invalid_value') continue;
    const value = valueAt(repaired, path);
    // Clients with strict schemas send null for each optional argument that the model left out.
    if (value === null) [repaired, changed] = [withValue(repaired, path, undefined), true];
    if (typeof value !== 'string') continue;
    const json = parseJson(value);
    if (json === undefined || typeof json.value === 'string') continue;
    [repaired, changed] = [withValue(repaired, path, json.value), true];
  }
  return changed ? repaired : undefined;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not JSON: the value is judged as the string that it is.
    return undefined;
  }
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isObject(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
}

/** A copy of `root` with `value` at `path`; `undefined` removes a property. */
function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(root))
    return root.map((item: unknown, index) => (index === key ? withValue(item, rest, value) : item));
  if (!isObject(root) || typeof key !== 'string') return root;
  const changed = withValue(root[key], rest, value);
  const others = Object.entries(root).filter(([name]) => name !== key);
  return Object.fromEntries(changed === undefined ? others : [...others, [key, changed]]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
