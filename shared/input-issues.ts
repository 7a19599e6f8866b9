/** What is said about arguments that do not fit: which one, what was wanted, and the name that was probably meant. */
import { z } from 'zod';
import { limits } from './limits.ts';

type Path = readonly PropertyKey[];

/** One sentence per argument, at any depth, that the schema does not know; of very many only the first. */
export function unknownArguments(schema: z.core.$ZodType, value: unknown): string[] {
  return findUnknown(schema, value, [])
    .slice(0, limits.inputProblemsMax)
    .map(({ path, names }) => describeUnknown(path, names));
}

interface Unknown {
  readonly path: Path;
  /** What is accepted there. */
  readonly names: readonly string[];
}

function findUnknown(schema: z.core.$ZodType, value: unknown, path: Path): readonly Unknown[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item, index) => findUnknown(inner.element, item, [...path, index]));
  }
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const fields = fieldsOf(inner);
  return Object.entries(value).flatMap(([name, item]) => {
    const known = fields.get(name);
    return known === undefined
      ? [{ path: [...path, name], names: [...fields.keys()] }]
      : findUnknown(known, item, [...path, name]);
  });
}

/** One sentence for one of zod's issues. Unknown keys are left to `unknownArguments`, which knows the accepted ones. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const name = `Argument ${quote(issue.path)}`;
  if (value === undefined && issue.code === 'invalid_type') return `${name} is missing (${wanted(issue.expected)}).`;
  switch (issue.code) {
    case 'invalid_type':
      return `${name} must be ${wanted(issue.expected)}, not ${shown(value)}.`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values.map((option) => JSON.stringify(option)).join(', ')}, not ${shown(value)}.`;
    case 'invalid_union':
      return `${name} does not fit any accepted form; it was ${shown(value)}.`;
    default:
      return `${name}: ${issue.message}; it was ${shown(value)}.`;
  }
}

/** The accepted arguments in one sentence, required ones marked. */
export function acceptedArguments(schema: z.ZodObject): string {
  const names = [...fieldsOf(schema)].map(([name, field]) => {
    const required = !z.safeParse(field, undefined).success;
    return required ? `${name} (required)` : name;
  });
  return names.length === 0 ? 'It takes no arguments.' : `Accepted arguments: ${names.join(', ')}.`;
}

function describeUnknown(path: Path, names: readonly string[]): string {
  const name = String(path.at(-1));
  const meant = closest(name, names);
  const guess = meant === undefined ? '' : ` Did you mean ${JSON.stringify(meant)}?`;
  const accepted = path.length === 1 ? '' : ` Accepted there: ${names.join(', ')}.`;
  return `Unknown argument ${quote(path)}.${guess}${accepted}`;
}

type Fields = ReadonlyMap<string, z.core.$ZodType>;
const knownFields = new WeakMap<z.ZodObject, Fields>();

function fieldsOf(schema: z.ZodObject): Fields {
  const known = knownFields.get(schema);
  if (known !== undefined) return known;
  const fields: Fields = new Map<string, z.core.$ZodType>(Object.entries(schema.shape));
  knownFields.set(schema, fields);
  return fields;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

function wanted(expected: string): string {
  switch (expected) {
    case 'int':
      return 'a whole number';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'an object';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${expected}`;
  }
}

/** The offending value, short: an argument can be a whole file. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `a ${typeof value} of ${text.length - 2} characters`;
}

/** `edits[0].old`, quoted; what an agent made up can be longer than any name. */
function quote(path: Path): string {
  const text = path.reduce<string>((joined, key) => {
    if (typeof key === 'number') return `${joined}[${key}]`;
    return joined === '' ? String(key) : `${joined}.${String(key)}`;
  }, '');
  return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 200)}…`);
}

/** The name that was probably meant: the same but for case and separators, or at most a third of its letters away. */
export function closest(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const scored = names
    .map((candidate) => ({ candidate, distance: editDistance(plain(name), plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.floor(Math.max(name.length, candidate.length) / 3))
    .sort((a, b) => a.distance - b.distance);
  return scored[0]?.candidate;
}

/** Levenshtein distance; both texts are argument or tool names, so short. */
function editDistance(a: string, b: string): number {
  const from = a.slice(0, 64);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
