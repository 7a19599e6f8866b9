import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { limits } from '../limits.ts';
import { documentField, freshnessSchema, pageSchema, windowField } from './common.ts';
import { caveat, count } from './wording.ts';

/** Most severe first. */
export const severities = ['error', 'warning', 'info', 'hint'] as const;
export type Severity = (typeof severities)[number];

const positive = z.number().int().positive();

const itemSchema = z.object({
  line: positive.describe('1-based.'),
  column: positive.describe('1-based, UTF-16.'),
  end_line: positive.optional().describe('Last line, if another.'),
  end_column: positive.optional().describe('Column after the end.'),
  severity: z.enum(severities).describe('How bad.'),
  message: z.string().optional().describe('Left out when the answer is too long.'),
  code: z.string().optional().describe('Code of the rule or error.'),
  source: z.string().optional().describe('Who says so: ts, eslint …'),
});
export type DiagnosticItem = z.infer<typeof itemSchema>;

const changeSchema = itemSchema
  .pick({ line: true, severity: true, message: true, code: true })
  .extend({ path: z.string().describe('Path or URI.') });
export type DiagnosticChange = z.infer<typeof changeSchema>;

const fileSchema = z.object({
  path: z.string().describe('Path or URI.'),
  state: z
    .enum(['analyzed', 'timed_out', 'not_analyzed'])
    .describe(
      'Only analyzed with 0 counts is clean; timed_out: no answer on this text yet, items are what was last said.',
    ),
  counts: z
    .object({
      error: z.number().int().describe('Errors.'),
      warning: z.number().int().describe('Warnings.'),
      info: z.number().int().describe('Notes.'),
      hint: z.number().int().describe('Hints.'),
    })
    .describe('All severities, of the chosen source.'),
  items: z.array(itemSchema).optional().describe('Left out when the answer is too long.'),
  left_out: z.number().int().optional().describe('So many more items did not fit.'),
  other_sources: z
    .array(z.string())
    .optional()
    .describe('There when nothing is of the chosen source: who does report on the file.'),
  freshness: freshnessSchema,
});
export type FileDiagnostics = z.infer<typeof fileSchema>;

const outputSchema = z.object({
  files: z.array(fileSchema).describe('One entry per file.'),
  delta: z
    .object({
      added: z.array(changeSchema).describe('New since the cursor.'),
      removed: z.array(changeSchema).describe('Gone since the cursor, at their old place.'),
      uncompared: z.array(z.string()).describe('Files that the cursor does not cover or that have no answer now.'),
      cut: z.boolean().describe('More changes than fit.'),
    })
    .nullable()
    .optional()
    .describe('Against `since`; null: that cursor is not known any more.'),
  cursor: z.string().describe('Pass as `since` next time.'),
  detail: z.enum(['full', 'locations', 'counts']).describe('How far a long answer was cut down.'),
  page: pageSchema.describe('In files; `next` is the next offset.'),
});
export type DiagnosticsOutput = z.infer<typeof outputSchema>;

function renderItem({ line, column, severity, source, code, message }: Partial<DiagnosticItem>): string {
  const place = column === undefined ? `${line}` : `${line}:${column}`;
  return [place, severity, source, code, message].filter((part) => part !== undefined && part !== '').join(' ');
}

function renderFile({ path, state, counts, items, left_out, other_sources, freshness }: FileDiagnostics): string {
  const found = severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => count(counts[severity], severity));
  const warning = caveat(freshness);
  // Of one source only, nothing is said about the rest; and the name of the source may be wrong.
  const others = other_sources?.length === 0 ? '' : `; others: ${other_sources?.join(', ')}`;
  const none = other_sources === undefined ? 'clean' : `nothing of that source${others}`;
  const verdict = {
    analyzed: found.join(', ') || none,
    timed_out: `no answer on the present text in time; last known: ${found.join(', ') || 'nothing'}`,
    not_analyzed: 'not analysed (this is not "clean")',
  }[state];
  return [
    `${path}: ${verdict}`,
    ...(warning === undefined ? [] : [`  Note: ${warning}`]),
    ...(items ?? []).map((item) => `  ${renderItem(item)}`),
    ...(left_out === undefined ? [] : [`  … ${left_out} more: a higher severity or a source lists fewer`]),
  ].join('\n');
}

function renderDelta(delta: DiagnosticsOutput['delta']): string[] {
  if (delta === undefined) return [];
  if (delta === null) return ['The cursor in `since` is not known any more; this is the full answer.'];
  const { added, removed, uncompared, cut } = delta;
  return [
    `Since the cursor: ${added.length} added, ${removed.length} removed${cut ? ' (cut)' : ''}${uncompared.length > 0 ? `; not compared: ${uncompared.join(', ')}` : ''}`,
    ...added.map((item) => `  + ${item.path}:${renderItem(item)}`),
    ...removed.map((item) => `  - ${item.path}:${renderItem(item)}`),
  ];
}

export const diagnosticsTools = {
  get_diagnostics: defineTool({
    title: 'Get diagnostics',
    description:
      'Errors and warnings of the language servers for the text as it is now: waits for them after an edit, in the buffer or on disk. Says per file whether it was analysed.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: ({ wait_ms }) => (wait_ms ?? limits.diagnosticsWaitDefaultMs) + limits.diagnosticsMarginMs,
    input: z.object({
      paths: z
        .array(documentField)
        .max(200)
        .optional()
        .describe('Default: files with tabs, unsaved files and files with known diagnostics.'),
      severity: z.enum(severities).optional().describe('Least severity to list; default warning.'),
      source: z.string().optional().describe('Only this source, e.g. ts.'),
      since: z.string().optional().describe('Cursor of an earlier answer: also return what changed since.'),
      wait_ms: z
        .number()
        .int()
        .min(0)
        .max(limits.diagnosticsWaitMaxMs)
        .optional()
        .describe('Longest wait for the servers; default 10000.'),
      offset: z.number().int().min(0).optional().describe('Skip so many files: page.next.'),
      window: windowField,
    }),
    output: outputSchema,
    render({ files, delta, detail, page, cursor }) {
      const sums = severities.map((severity) => files.reduce((sum, file) => sum + file.counts[severity], 0));
      const unsure = files.filter((file) => file.state !== 'analyzed').length;
      const total = `${count(sums[0] ?? 0, 'error')}, ${count(sums[1] ?? 0, 'warning')} in ${count(files.length, 'file')}${unsure > 0 ? `; ${count(unsure, 'file')} without a present answer` : ''}`;
      const rest =
        page.next === null ? [] : [`${page.shown} of ${page.total} files shown; offset ${page.next} continues.`];
      const cutDown =
        detail === 'full' ? [] : ['Too much for one answer: name fewer paths or a higher severity for the full text.'];
      const empty = page.total === 0 ? ['No files to look at: name paths.'] : [total];
      return [...empty, ...renderDelta(delta), ...files.map(renderFile), ...rest, ...cutDown, `cursor: ${cursor}`].join(
        '\n',
      );
    },
  }),
};
