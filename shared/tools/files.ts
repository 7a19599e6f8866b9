import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { documentField, positionSchema, windowField } from './common.ts';

const positive = z.number().int().positive();

export const filesTools = {
  open_file: defineTool({
    title: 'Open file',
    description:
      'Show a file to the person in an editor tab, and select a range in it. The focus stays where it is unless preserve_focus is false.',
    toolset: 'core',
    effect: 'ui',
    idempotent: true,
    timeoutMs: 10_000,
    input: z.object({
      path: documentField,
      range: z
        .object({
          start_line: positive.describe('1-based.'),
          start_column: positive.optional().describe('1-based UTF-16 column; default 1.'),
          end_line: positive.optional().describe('Default start_line.'),
          end_column: positive
            .optional()
            .describe('Column after the end; default start_column, or the end of end_line when that is given.'),
        })
        .optional()
        .describe('What to reveal and select.'),
      preserve_focus: z.boolean().optional().describe('Default true.'),
      window: windowField,
    }),
    output: z.object({
      path: z.string().describe('Path or URI.'),
      start: positionSchema.describe('Start of the selection.'),
      end: positionSchema.describe('Its end.'),
      focused: z.boolean().describe('The focus moved to it.'),
    }),
    render: ({ path, start, focused }) =>
      `Opened ${path} at ${start.line}:${start.column}${focused ? ', with the focus' : '; the focus stayed where it was'}.`,
  }),
};
