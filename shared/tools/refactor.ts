import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { limits } from '../limits.ts';
import { documentField, windowField } from './common.ts';
import { locatorFields } from './symbol-fields.ts';
import { count, marks } from './wording.ts';

const positive = z.number().int().positive();
const saveField = z
  .boolean()
  .optional()
  .describe('On apply: save the changed files, with the unsaved changes they had.');

const changedFileSchema = z.object({
  path: z.string().describe('Path or URI.'),
  edits: z.number().int().describe('Stretches of text that change.'),
  created: z.boolean().optional().describe('The file is new.'),
  diff: z.string().optional().describe('Changed lines; left out when the answer is too long.'),
  version: z.number().int().optional().describe('Buffer version after the change.'),
});
export type ChangedFile = z.infer<typeof changedFileSchema>;

const changeShape = {
  applied: z.boolean().describe('The change was made; false: only shown.'),
  plan_id: z
    .string()
    .nullable()
    .describe('Pass it with mode apply to make exactly this change; null: nothing to apply.'),
  files: z.array(changedFileSchema).describe('By path.'),
  files_total: z.number().int().describe('Files that change, shown or not.'),
  on_disk: z.boolean().describe('All of it is on disk now.'),
  note: z.string().optional().describe('What else to know.'),
};
const changeSchema = z.object(changeShape);

function renderChange({ applied, plan_id, files, files_total, on_disk, note }: z.infer<typeof changeSchema>): string[] {
  const shown = files.map(
    ({ path, edits, created, diff, version }) =>
      `${path}: ${count(edits, 'edit')}${marks(created === true && 'new file', version !== undefined && `version ${version}`)}${diff === undefined ? '' : `\n${diff}`}`,
  );
  return [
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...shown,
    ...(files.length < files_total ? [`… ${files_total - files.length} more files.`] : []),
    ...(applied && !on_disk ? ['Not on disk yet; save: true writes it.'] : []),
    ...(plan_id === null ? [] : [`plan_id: ${plan_id}; mode apply makes this change.`]),
  ];
}

const actionSchema = z.object({
  plan_id: z.string().describe('For preview and apply.'),
  title: z.string().describe('As the person sees it.'),
  kind: z.string().describe('quickfix, refactor.extract …'),
  preferred: z.boolean().optional().describe('The usual choice.'),
  command_only: z.boolean().optional().describe('Runs a command: only the person can apply it.'),
  disabled: z.string().optional().describe('Why it cannot be applied now.'),
});

const isApply = ({ mode }: { readonly mode?: string | undefined }) => mode === 'apply';

export const refactorTools = {
  rename_symbol: defineTool({
    title: 'Rename symbol',
    description:
      'Rename a symbol with all its uses, in the buffers, as one undo step per file. Preview first; apply refuses when a file changed since.',
    toolset: 'core',
    effect: { strongest: 'write', of: (input) => (isApply(input) ? 'write' : 'read') },
    idempotent: false,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      ...locatorFields,
      path: locatorFields.path.optional(),
      new_name: z.string().min(1).optional().describe('Needed unless plan_id is given.'),
      mode: z.enum(['preview', 'apply']).optional().describe('Default preview.'),
      plan_id: z.string().optional().describe('Of a preview: apply just that. Needs no other place.'),
      save: saveField,
      window: windowField,
    }),
    output: changeSchema.extend({
      old_name: z.string().describe('The name so far.'),
      new_name: z.string().describe('The new name.'),
      edits_total: z.number().int().describe('Edits in all files.'),
    }),
    render: (output) =>
      [
        `${output.applied ? 'Renamed' : 'Preview: rename'} ${output.old_name} to ${output.new_name}: ${count(output.edits_total, 'edit')} in ${count(output.files_total, 'file')}.`,
        ...renderChange(output),
      ].join('\n'),
  }),

  code_action: defineTool({
    title: 'Code action',
    description:
      'Quick fixes and refactorings that the editor offers: list them for a place or a diagnostic, preview one as a diff, apply it.',
    toolset: 'core',
    effect: { strongest: 'write', of: (input) => (isApply(input) ? 'write' : 'read') },
    idempotent: false,
    timeoutMs: limits.symbolWaitMs + limits.symbolMarginMs,
    input: z.object({
      path: documentField.optional(),
      line: positive.optional().describe('First line of the range; default: whole file, kind source.'),
      column: positive.optional().describe('Default: the start of line.'),
      end_line: positive.optional().describe('Default line.'),
      end_column: positive.optional().describe('Default: column, or the end of end_line without it.'),
      diagnostic: z
        .string()
        .min(1)
        .optional()
        .describe('Instead of a range: code or part of the message of a problem.'),
      kind: z
        .string()
        .optional()
        .describe('Only this kind and below: quickfix, refactor.extract, source.organizeImports …'),
      mode: z.enum(['list', 'preview', 'apply']).optional().describe('Default list, with plan_id preview.'),
      plan_id: z.string().optional().describe('Of a listed action; needs no place.'),
      save: saveField,
      window: windowField,
    }),
    output: changeSchema.extend({
      actions: z.array(actionSchema).optional().describe('What there is, when listing.'),
      title: z.string().optional().describe('Of the action that is shown or applied.'),
    }),
    render(output) {
      const { actions, title, applied } = output;
      const listed = (actions ?? []).map(
        (action) =>
          `${action.plan_id} ${action.title}${marks(action.kind, action.preferred === true && 'preferred', action.command_only === true && 'runs a command: only the person can apply it', action.disabled)}`,
      );
      const head =
        actions === undefined
          ? `${applied ? 'Applied' : 'Preview'}: ${title ?? ''}`
          : actions.length === 0
            ? 'No code action there.'
            : `${count(actions.length, 'action')}; plan_id shows one as a diff, with mode apply it is applied:`;
      return [head, ...listed, ...renderChange(output)].join('\n');
    },
  }),
};
