/** Fields that several tools share, so that one wording and one rule serves all. */
import { z } from 'zod';

export const windowField = z
  .string()
  .optional()
  .describe('Id of the window to use, from list_windows. Needed only when several windows could be meant.');

export const pathField = z.string().min(1).describe('File path: workspace-relative or absolute.');

/** A document that need not be on disk: `untitled:Untitled-1` and other URIs as get_editor_context shows them. */
export const documentField = z
  .string()
  .min(1)
  .describe('File path (workspace-relative or absolute), or URI as shown by get_editor_context.');

const line = z.number().int().positive();

/** A stretch of whole lines, both ends included. */
export const linesSchema = z.object({
  start_line: line.describe('First line, 1-based.'),
  end_line: line.describe('Last line, included.'),
});

export const positionSchema = z.object({
  line: line.describe('1-based line.'),
  column: line.describe('1-based UTF-16 column.'),
});

/** How far an answer can be trusted where truth can be stale. */
export const freshnessSchema = z
  .object({
    version: z.number().int().nullable().describe('Buffer version; null: no buffer.'),
    dirty: z.boolean().describe('Has unsaved changes.'),
    diskInSync: z.boolean().describe('Buffer and disk agree, but for the unsaved changes.'),
    complete: z.boolean().describe('Nothing known is missing.'),
    reason: z.string().optional().describe('Why not in sync or not complete.'),
  })
  .describe('How far to trust this.');
export type Freshness = z.infer<typeof freshnessSchema>;

/** What of a long answer is here. */
export const pageSchema = z.object({
  shown: z.number().int().describe('Entries here.'),
  total: z.number().int().describe('Entries there are.'),
  next: z.number().int().nullable().describe('Where the rest begins; null: nothing left.'),
});
