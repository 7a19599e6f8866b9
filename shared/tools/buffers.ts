import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { documentField, freshnessSchema, linesSchema, pageSchema, pathField, windowField } from './common.ts';
import { caveat, count, marks } from './wording.ts';

const editSchema = z.object({
  path: documentField,
  old: z
    .string()
    .describe(
      'Text to replace: must occur exactly once, unless all. \\n matches any line end. Empty: fills an empty file.',
    ),
  new: z.string().describe('Text to put there.'),
  all: z.boolean().optional().describe('Replace every occurrence.'),
  base_version: z.number().int().optional().describe('The version that the edit was made for, see sha.'),
  sha: z
    .string()
    .optional()
    .describe(
      'The text that the edit was made for: what others changed since stays; refused if they changed the same lines.',
    ),
});

const createSchema = z.object({
  path: pathField,
  text: z.string().describe('Whole text of the new file.'),
});

const editedFileSchema = z.object({
  path: z.string().describe('Path or URI.'),
  created: z.boolean().describe('The file is new.'),
  version: z.number().int().describe('New buffer version.'),
  sha: z.string().describe('sha of the new text.'),
  dirty: z.boolean().describe('Has unsaved changes.'),
  saved: z.boolean().describe('Written to disk by this call.'),
  changed: z.array(linesSchema).describe('Lines that hold the new text.'),
  save_changed: z.array(linesSchema).optional().describe('Lines that saving changed again (a formatter).'),
  meanwhile: z
    .array(linesSchema)
    .optional()
    .describe(
      'Lines (of the text before this edit) that others changed since your base or since you last saw the file.',
    ),
  meanwhile_diff: z.string().optional().describe('Unified diff of that.'),
});

const spans = (ranges: readonly { start_line: number; end_line: number }[]) =>
  ranges
    .map(({ start_line, end_line }) => (start_line === end_line ? `${start_line}` : `${start_line}-${end_line}`))
    .join(', ');

export const bufferTools = {
  read_buffer: defineTool({
    title: 'Read buffer',
    description:
      "A document's text as the editor holds it, unsaved changes included; also untitled and virtual documents.",
    toolset: 'core',
    effect: 'read',
    idempotent: true,
    timeoutMs: 10_000,
    input: z.object({
      path: documentField,
      range: linesSchema
        .extend({ end_line: linesSchema.shape.end_line.optional() })
        .optional()
        .describe('Lines to read; default: from the top.'),
      diff_to_disk: z.boolean().optional().describe('Also return a diff from disk to buffer.'),
      window: windowField,
    }),
    output: z.object({
      path: z.string().describe('Path or URI.'),
      text: z.string().describe('The lines, joined by \\n whatever the file uses.'),
      range: linesSchema.describe('The lines in `text`.'),
      language: z.string().describe('Language id.'),
      eol: z.enum(['LF', 'CRLF']).describe('Line end of the file.'),
      version: z.number().int().describe('For base_version.'),
      sha: z.string().describe('sha of the whole text, for edit_buffer.'),
      dirty: z.boolean().describe('Has unsaved changes.'),
      diff: z.string().nullable().optional().describe('Unified diff, disk to buffer; null: no text on disk.'),
      freshness: freshnessSchema,
      page: pageSchema.describe('In lines; `next` is the next start_line.'),
    }),
    render({ path, text, range, eol, version, sha, dirty, diff, freshness, page }) {
      const head = `${path} lines ${range.start_line}-${range.end_line} of ${page.total}${marks(`version ${version}`, `sha ${sha}`, eol === 'CRLF' && 'CRLF', dirty && 'unsaved changes')}`;
      const warning = caveat(freshness);
      const rest = page.next === null ? undefined : `… continue with range.start_line ${page.next}`;
      const difference =
        diff === undefined
          ? undefined
          : diff === null
            ? 'No text on disk.'
            : diff === ''
              ? 'Same text on disk.'
              : `Disk to buffer:\n${diff}`;
      return [head, warning === undefined ? undefined : `Warning: ${warning}`, text, rest, difference]
        .filter((part) => part !== undefined)
        .join('\n');
    },
  }),

  edit_buffer: defineTool({
    title: 'Edit buffer',
    description:
      'Replace exact text in open or unopened files, or create files, all or nothing, as one undo step; keeps unsaved work, line ends and encoding. Stays unsaved unless save is true.',
    toolset: 'core',
    effect: 'write',
    idempotent: false,
    timeoutMs: 20_000,
    input: z.object({
      edits: z
        .array(editSchema)
        .max(200)
        .optional()
        .describe('Replacements; all match the text as it is before the call.'),
      create: z.array(createSchema).max(50).optional().describe('Files to create; none may exist.'),
      save: z.boolean().optional().describe('Save the edited files, with the unsaved changes they had.'),
      window: windowField,
    }),
    output: z.object({
      files: z.array(editedFileSchema).describe('One entry per file.'),
      on_disk: z.boolean().describe('All of it is on disk now.'),
    }),
    render({ files, on_disk }) {
      const lines = files.map((file) => {
        const what = file.created ? 'created' : `changed lines ${spans(file.changed)}`;
        const notes = [
          file.save_changed !== undefined && `saving changed lines ${spans(file.save_changed)} again`,
          file.meanwhile !== undefined &&
            `others had changed lines ${spans(file.meanwhile)} since you last saw it, and that stays:\n${file.meanwhile_diff ?? ''}`,
        ].filter((note) => note !== false);
        return [
          `${file.path}: ${what}${marks(`version ${file.version}`, `sha ${file.sha}`, file.saved ? 'saved' : file.dirty && 'unsaved')}`,
          ...notes.map((note) => `  ${note}`),
        ].join('\n');
      });
      return [
        `Edited ${count(files.length, 'file')}.`,
        ...lines,
        on_disk ? undefined : 'Not on disk yet; save: true writes it.',
      ]
        .filter((part) => part !== undefined)
        .join('\n');
    },
  }),
};
