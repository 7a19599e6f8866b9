import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { limits } from '../limits.ts';
import { freshnessSchema, pageSchema, windowField } from './common.ts';
import { locatorFields, placeSchema, renderPlace } from './symbol-fields.ts';
import { caveat, count, marks } from './wording.ts';

const inspectParts = ['definition', 'hover', 'signature', 'type', 'implementation'] as const;
const relations = ['references', 'implementations', 'callers', 'callees', 'supertypes', 'subtypes'] as const;
export type Relation = (typeof relations)[number];

const positive = z.number().int().positive();

const hitSchema = z.object({
  line: positive.describe('1-based line.'),
  column: positive.describe('1-based UTF-16 column.'),
  in: z.string().optional().describe('Name path of the symbol around it; of callers and types: themselves.'),
  text: z.string().optional().describe('The line.'),
});
export type RelatedHit = z.infer<typeof hitSchema>;

const relatedFileSchema = z.object({
  path: z.string().describe('Path or URI.'),
  count: z.number().int().describe('Places in this file.'),
  hits: z.array(hitSchema).optional().describe('Left out when the answer is too long.'),
});
export type RelatedFile = z.infer<typeof relatedFileSchema>;

const relatedOutput = z.object({
  symbol: placeSchema.extend({ name: z.string().describe('Its name.') }).describe('What was found under the locator.'),
  relation: z.enum(relations).describe('As asked.'),
  total: z.number().int().describe('Places in all files.'),
  left_out: z.number().int().optional().describe('So many more places are in files that paths does not keep.'),
  files: z.array(relatedFileSchema).describe('By path.'),
  detail: z.enum(['full', 'locations', 'counts']).describe('How far a long answer was cut down.'),
  page: pageSchema.describe('In files; `next` is the next offset.'),
  freshness: freshnessSchema,
});
export type RelatedOutput = z.infer<typeof relatedOutput>;

function renderHits(hits: readonly RelatedHit[]): string[] {
  if (hits.every(({ text }) => text === undefined))
    return [`  ${hits.map(({ line, column }) => `${line}:${column}`).join(', ')}`];
  return hits.map(({ line, column, in: around, text }) => `  ${line}:${column}${marks(around)} ${(text ?? '').trim()}`);
}

export const relationTools = {
  inspect_symbol: defineTool({
    title: 'Inspect symbol',
    description:
      'What a symbol is: its definition (imports and re-exports followed, also into libraries), documentation, signature, type, implementations.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      ...locatorFields,
      parts: z.array(z.enum(inspectParts)).optional().describe('Default: definition, hover, signature.'),
      window: windowField,
    }),
    output: z.object({
      symbol: placeSchema.extend({ name: z.string().describe('Its name.') }).describe('What was found.'),
      definition: z.array(placeSchema).optional().describe('Where it is declared.'),
      hover: z.string().optional().describe('Documentation; empty: none.'),
      signature: z.array(z.string()).optional().describe('Declared form, or the overloads of a call.'),
      type: z.array(placeSchema).optional().describe('Where its type is declared.'),
      implementation: z.array(placeSchema).optional().describe('Where it is implemented.'),
      freshness: freshnessSchema,
    }),
    render({ symbol, definition, hover, signature, type, implementation, freshness }) {
      const warning = caveat(freshness);
      const section = (title: string, items: readonly string[] | undefined) =>
        items === undefined ? [] : [`${title}:${items.length === 0 ? ' none' : ''}`, ...items];
      return [
        `${symbol.name} at ${symbol.path}:${symbol.line}:${symbol.column}`,
        ...(warning === undefined ? [] : [`Warning: ${warning}`]),
        ...section('Signature', signature),
        ...section('Definition', definition?.map(renderPlace)),
        ...section('Type', type?.map(renderPlace)),
        ...section('Implementation', implementation?.map(renderPlace)),
        ...section('Documentation', hover === undefined ? undefined : hover === '' ? [] : [hover]),
      ].join('\n');
    },
  }),

  find_related: defineTool({
    title: 'Find related',
    description:
      'Places related to a symbol, by file: references, implementations, callers, callees, supertypes or subtypes. Waits for a loading project; says when the answer may not be whole.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      ...locatorFields,
      relation: z.enum(relations).optional().describe('Default references.'),
      paths: z
        .array(z.string().min(1))
        .max(20)
        .optional()
        .describe('Globs of paths to keep, absolute or as shown, e.g. src/**; ! leaves out.'),
      offset: z.number().int().min(0).optional().describe('Skip so many files: page.next.'),
      window: windowField,
    }),
    output: relatedOutput,
    render({ symbol, relation, total, left_out, files, detail, page, freshness }) {
      const warning = caveat(freshness);
      return [
        `${relation} of ${symbol.name} (${symbol.path}:${symbol.line}:${symbol.column}): ${total} in ${count(page.total, 'file')}${left_out === undefined ? '' : `; ${left_out} more elsewhere, left out by paths`}`,
        ...(warning === undefined ? [] : [`Warning: ${warning}`]),
        ...files.flatMap((file) => [
          `${file.path}: ${file.count}`,
          ...(file.hits === undefined ? [] : renderHits(file.hits)),
        ]),
        ...(page.next === null ? [] : [`${page.shown} of ${page.total} files shown; offset ${page.next} continues.`]),
        ...(detail === 'full' ? [] : ['Too much for one answer: narrow it by paths for the lines themselves.']),
      ].join('\n');
    },
  }),
};
