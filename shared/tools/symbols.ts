import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { limits } from '../limits.ts';
import { documentField, freshnessSchema, pageSchema, pathField, windowField } from './common.ts';
import { caveat, count, marks } from './wording.ts';

const positive = z.number().int().positive();
const offsetField = z.number().int().min(0).optional().describe('Skip so many: page.next.');

const outlineSymbolSchema = z.object({
  name: z.string().describe('As the language server names it.'),
  kind: z.string().describe('class, method, function …'),
  depth: positive.describe('1: top level; the names from there down to here, joined by /, are its name path.'),
  line: positive.describe('Line of the name.'),
  column: positive.describe('Column of the name.'),
  start_line: positive.describe('First line of the whole.'),
  end_line: positive.describe('Last line of the whole.'),
  detail: z.string().optional().describe('What the server adds, such as a type.'),
  hidden: z.number().int().optional().describe('Symbols below it that are left out.'),
});

const foundSymbolSchema = z.object({
  path: z.string().describe('Path or URI.'),
  name_path: z.string().describe('Usable as `symbol`.'),
  kind: z.string().describe('class, method, function …'),
  line: positive.describe('Line of the name.'),
  column: positive.describe('Column of the name.'),
  end_line: positive.describe('Last line of the whole.'),
  body: z.string().optional().describe('Its text, when asked for.'),
  cut: z.boolean().optional().describe('The body was cut.'),
});
export type FoundSymbol = z.infer<typeof foundSymbolSchema>;

const lines = (start: number, end: number) => (start === end ? `${start}` : `${start}-${end}`);

export const symbolTools = {
  outline: defineTool({
    title: 'Outline',
    description: 'The symbols of a file as a tree with their lines: classes, functions, headings, selectors, keys.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      path: documentField,
      symbol: z.string().min(1).optional().describe('Only what is below this name path.'),
      depth: positive.max(20).optional().describe('Levels to show; default: as many as fit.'),
      kinds: z.array(z.string()).optional().describe('Only these kinds, e.g. class, function.'),
      offset: offsetField,
      window: windowField,
    }),
    output: z.object({
      path: z.string().describe('Path or URI.'),
      language: z.string().describe('Language id.'),
      lines: z.number().int().describe('Lines in the file.'),
      symbols: z.array(outlineSymbolSchema).describe('In the order of the file, each before those below it.'),
      page: pageSchema.describe('In symbols; `next` is the next offset.'),
      freshness: freshnessSchema,
    }),
    render({ path, language, lines: total, symbols, page, freshness }) {
      const warning = caveat(freshness);
      const rows = symbols.map(
        ({ name, kind, depth, start_line, end_line, detail, hidden }) =>
          `${'  '.repeat(depth - 1)}${lines(start_line, end_line)} ${kind} ${name}${detail === undefined ? '' : ` ${detail}`}${marks(hidden !== undefined && `${hidden} inside`)}`,
      );
      const collapsed = symbols.some(({ hidden }) => hidden !== undefined);
      return [
        `${path}${marks(language, count(total, 'line'), count(page.total, 'symbol'))}`,
        ...(warning === undefined ? [] : [`Warning: ${warning}`]),
        ...rows,
        ...(collapsed ? ['Collapsed: symbol shows what is inside one of them.'] : []),
        ...(page.next === null ? [] : [`… offset ${page.next} continues.`]),
      ].join('\n');
    },
  }),

  find_symbol: defineTool({
    title: 'Find symbol',
    description:
      'Find declarations by name or name path (`Class/method`) in the workspace, a folder or a file. Exact names first, else those that contain it.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      query: z.string().min(1).describe('Name, part of one, or name path.'),
      path: pathField.optional().describe('File or folder to search; default: the workspace.'),
      kind: z.string().optional().describe('Only this kind, e.g. class.'),
      include_body: z.boolean().optional().describe('Also return the text of each.'),
      offset: offsetField,
      window: windowField,
    }),
    output: z.object({
      symbols: z.array(foundSymbolSchema).describe('Best match first.'),
      page: pageSchema.describe('In symbols; `next` is the next offset.'),
      freshness: freshnessSchema,
    }),
    render({ symbols, page, freshness }) {
      const warning = caveat(freshness);
      return [
        page.total === 0 ? 'No symbol found.' : `${count(page.total, 'symbol')}.`,
        ...(warning === undefined ? [] : [`Warning: ${warning}`]),
        ...symbols.map(
          ({ path, name_path, kind, line, column, end_line, body, cut }) =>
            `${path}:${line}:${column} ${kind} ${name_path}${marks(end_line > line && `to line ${end_line}`, cut === true && 'body cut')}${body === undefined ? '' : `\n${body}`}`,
        ),
        ...(page.next === null ? [] : [`… offset ${page.next} continues.`]),
      ].join('\n');
    },
  }),
};
