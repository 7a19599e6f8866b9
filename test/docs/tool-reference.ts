/** The generated parts of the documentation, made from the catalogue and nothing else. */
import { z } from 'zod';
import type { ToolDefinition } from '../../shared/define-tool.ts';
import { toolsets } from '../../shared/toolsets.ts';

type Catalog = Readonly<Record<string, ToolDefinition>>;
type Schema = z.core.JSONSchema.BaseSchema;
/** By tool: a call and what the tool answered in a real window. */
export type Examples = Readonly<
  Record<string, { readonly input: unknown; readonly text: string; readonly output: unknown }>
>;

const begin = '<!-- tools:begin (npm run docs) -->';
const end = '<!-- tools:end -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const effectText = ({ effect }: ToolDefinition): string =>
  typeof effect === 'string' ? effect : `${effect.strongest}, or less by input`;

/** One row per tool. */
function toolTable(catalog: Catalog): string {
  const rows = Object.entries(catalog).map(
    ([name, definition]) => `| \`${name}\` | ${effectText(definition)} | ${cell(definition.description)} |`,
  );
  return ['| tool | effect | what it does |', '|---|---|---|', ...rows].join('\n');
}

/** The text with the table put between its markers. */
export function withToolTable(readme: string, catalog: Catalog): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the text has no place for the table: ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n${toolTable(catalog)}\n${readme.slice(to)}`;
}

/** The whole of docs/tools.md. */
export function toolReference(catalog: Catalog, examples: Examples): string {
  const sections = Object.entries(catalog).map(([name, definition]) =>
    [
      `## ${name}`,
      definition.description,
      [
        `Toolset \`${definition.toolset}\``,
        `effect ${effectText(definition)}`,
        definition.idempotent ? 'idempotent' : 'not idempotent',
        typeof definition.timeoutMs === 'function' ? 'time by input' : `at most ${definition.timeoutMs / 1_000} s`,
      ].join(' · '),
      `**Arguments**\n\n${fieldTable(definition.input, 'required')}`,
      `**Result**\n\n${fieldTable(definition.output, 'always')}`,
      ...exampleOf(examples[name]),
    ].join('\n\n'),
  );
  const sets = Object.entries(toolsets).map(([name, purpose]) => `- \`${name}\`: ${purpose}`);
  return [
    '# Tools',
    'Generated from `shared/tools/` by `npm run docs`; do not edit. Lines and columns are 1-based, columns count UTF-16 units.',
    `Toolsets:\n\n${sets.join('\n')}`,
    ...sections,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** Recorded by `test/editor/examples.test.ts`; the fence is longer than any in the answer. */
function exampleOf(example: Examples[string] | undefined): string[] {
  if (example === undefined) return [];
  const { input, text, output } = example;
  return [
    `**Example**\n\n\`\`\`json\n${JSON.stringify(input)}\n\`\`\``,
    `As text:\n\n\`\`\`\`text\n${text}\n\`\`\`\``,
    `As structured content:\n\n\`\`\`json\n${JSON.stringify(output)}\n\`\`\``,
  ];
}

function fieldTable(object: z.ZodObject, presence: 'required' | 'always'): string {
  const schema = z.toJSONSchema(object, { io: 'input' });
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      `| \`${name}\` | ${cell(typeOf(field))} | ${required.has(name) ? 'yes' : 'no'} | ${cell(descriptionOf(field))} |`,
  );
  if (rows.length === 0) return 'None.';
  return [`| name | type | ${presence} | meaning |`, '|---|---|---|---|', ...rows].join('\n');
}

function descriptionOf(field: Schema | boolean): string {
  return typeof field === 'boolean' ? '' : (field.description ?? '');
}

function typeOf(field: Schema | boolean | undefined): string {
  if (field === undefined || typeof field === 'boolean') return 'any';
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  const variants = field.anyOf ?? field.oneOf;
  if (variants !== undefined) return variants.map(typeOf).join(' or ');
  if (field.type === 'array') {
    return Array.isArray(field.items) ? 'list' : `list of ${typeOf(field.items)}`;
  }
  if (field.type === 'object') {
    const required = new Set(field.required ?? []);
    const names = Object.keys(field.properties ?? {}).map((name) => (required.has(name) ? name : `${name}?`));
    return names.length === 0 ? 'object' : `{ ${names.join(', ')} }`;
  }
  if (Array.isArray(field.type)) return field.type.join(' or ');
  return field.type ?? 'any';
}
