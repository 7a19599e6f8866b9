/** How agents name a place in code, and what answers say of one; shared by the symbol tools. */
import { z } from 'zod';
import { documentField } from './common.ts';

const positive = z.number().int().positive();

/** Spread into an input: a file, and in it a name or a position. */
export const locatorFields = {
  path: documentField,
  symbol: z.string().min(1).optional().describe('Name or name path in the file: `area`, `Shape/area`.'),
  near: z.string().min(1).optional().describe('Text in or beside it, when the name occurs more than once.'),
  line: positive.optional().describe('Instead of symbol: its 1-based line …'),
  column: positive.optional().describe('… and 1-based UTF-16 column.'),
};
export interface Locator {
  readonly path: string;
  readonly symbol?: string | undefined;
  readonly near?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A place in a file with the text that stands there. */
export const placeSchema = z.object({
  path: z.string().describe('Path or URI.'),
  line: positive.describe('1-based line of the name.'),
  column: positive.describe('1-based UTF-16 column of the name.'),
  text: z.string().optional().describe('The line, or the whole declaration where it is short.'),
});
export type SymbolPlace = z.infer<typeof placeSchema>;

export function renderPlace({ path, line, column, text }: SymbolPlace): string {
  const where = `${path}:${line}:${column}`;
  if (text === undefined) return where;
  return text.includes('\n') ? `${where}\n${text}` : `${where}  ${text.trim()}`;
}

/** VS Code's kinds of symbols, in the order of its enum, as agents see them. */
export const symbolKinds = [
  'file',
  'module',
  'namespace',
  'package',
  'class',
  'method',
  'property',
  'field',
  'constructor',
  'enum',
  'interface',
  'function',
  'variable',
  'constant',
  'string',
  'number',
  'boolean',
  'array',
  'object',
  'key',
  'null',
  'enum_member',
  'struct',
  'event',
  'operator',
  'type_parameter',
] as const;
