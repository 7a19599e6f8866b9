import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { positionSchema, windowField } from './common.ts';
import { count, marks } from './wording.ts';

const parts = ['active', 'selection', 'tabs', 'dirty'] as const;

const activeSchema = z.object({
  path: z.string().describe('Path or URI, usable as `path`.'),
  language: z.string().describe('Language id.'),
  cursor: positionSchema.describe('The cursor.'),
  lines: z.number().int().describe('Lines in the file.'),
  dirty: z.boolean().describe('Has unsaved changes.'),
});

const selectionSchema = z.object({
  path: z.string().describe('Path or URI.'),
  current: z.boolean().describe('false: the last selection, no longer selected.'),
  start: positionSchema.describe('First selected position.'),
  end: positionSchema.describe('Position after the last one.'),
  text: z.string().describe('Selected text, cut at 16 KB.'),
  cut: z.boolean().describe('The text was cut.'),
});

const tabSchema = z.object({
  path: z.string().describe('Path, URI, or label of a tab that is no text file.'),
  group: z.number().int().describe('Editor group, from 1.'),
  active: z.boolean().describe('In front in its group.'),
  dirty: z.boolean().describe('Has unsaved changes.'),
});

export const contextTools = {
  get_editor_context: defineTool({
    title: 'Get editor context',
    description:
      'What the person has before them: active file and cursor, selected text (or the last selection), open tabs, unsaved files.',
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: 5_000,
    input: z.object({
      include: z.array(z.enum(parts)).optional().describe('Parts to return; default all.'),
      window: windowField,
    }),
    output: z.object({
      active: activeSchema.nullable().optional().describe('Active text editor; null: none.'),
      selection: selectionSchema.nullable().optional().describe('Selection; null: none so far.'),
      tabs: z.array(tabSchema).optional().describe('Open tabs, in order.'),
      tabs_total: z.number().int().optional().describe('Tabs there are, when some are left out.'),
      dirty: z.array(z.string()).optional().describe('Documents with unsaved changes.'),
      dirty_total: z.number().int().optional().describe('Dirty documents there are, when some are left out.'),
    }),
    render({ active, selection, tabs, tabs_total, dirty, dirty_total }) {
      const out: string[] = [];
      if (active === null) out.push('Active file: none');
      else if (active !== undefined) {
        const { path, cursor, language, lines } = active;
        out.push(
          `Active file: ${path}:${cursor.line}:${cursor.column}${marks(language, count(lines, 'line'), active.dirty && 'unsaved')}`,
        );
      }
      if (selection === null) out.push('Selection: none');
      else if (selection !== undefined) {
        const { path, start, end, current, cut, text } = selection;
        const where = `${path}:${start.line}:${start.column}-${end.line}:${end.column}`;
        out.push(
          `${current ? 'Selection' : 'Last selection (no longer selected)'}: ${where}${marks(cut && 'text cut')}\n${text}`,
        );
      }
      if (tabs !== undefined) {
        const lines = tabs.map(
          (tab) =>
            `  ${tab.path}${marks(tab.active && 'in front', tab.dirty && 'unsaved', tab.group > 1 && `group ${tab.group}`)}`,
        );
        out.push(
          [`Tabs: ${tabs_total === undefined ? tabs.length : `${tabs.length} of ${tabs_total}`}`, ...lines].join('\n'),
        );
      }
      if (dirty !== undefined) {
        const total = dirty_total ?? dirty.length;
        out.push([`Unsaved: ${total === 0 ? 'nothing' : total}`, ...dirty.map((path) => `  ${path}`)].join('\n'));
      }
      return out.join('\n') || 'Nothing was asked for.';
    },
  }),
};
