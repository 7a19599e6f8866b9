import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { limits } from '../limits.ts';
import { documentField, windowField } from './common.ts';
import { count, marks } from './wording.ts';

/** What becomes of one proposed file. */
const reviewFileStates = ['pending', 'accepted', 'rejected', 'dismissed', 'cancelled'] as const;

const proposalSchema = z.object({
  path: documentField,
  new_text: z.string().describe('Whole text that you propose; for a path without a file, a new file.'),
});

const reviewedFileSchema = z.object({
  path: z.string().describe('Path or URI.'),
  state: z.enum(reviewFileStates).describe('dismissed: closed without a decision.'),
  comment: z.string().optional().describe('What the person wrote.'),
  edited: z.boolean().optional().describe('The person changed your text before accepting it.'),
  final_text: z.string().optional().describe('What was accepted, where it was edited and fits.'),
  version: z.number().int().optional().describe('Buffer version after acceptance.'),
  sha: z.string().optional().describe('sha of the buffer after acceptance.'),
  dirty: z.boolean().optional().describe('Accepted into the buffer, not on disk yet.'),
});
export type ReviewedFile = z.output<typeof reviewedFileSchema>;

export const reviewTools = {
  review_diff: defineTool({
    title: 'Review diff',
    description:
      'Propose texts that the person reviews in diff editors: they accept, edit first, reject or comment. Give files to begin, then review_id to hear the outcome; nothing changes unless accepted.',
    toolset: 'core',
    // It opens and closes tabs; what changes a text is the person's accepting.
    effect: {
      strongest: 'ui',
      of: ({ files, cancel }) => (files !== undefined || cancel === true ? 'ui' : 'read'),
    },
    idempotent: false,
    timeoutMs: ({ wait_ms = 0 }) => 10_000 + wait_ms,
    input: z.object({
      files: z.array(proposalSchema).min(1).max(limits.reviewMaxFiles).optional().describe('Begins a review of these.'),
      review_id: z.string().optional().describe('Asks what became of a review.'),
      cancel: z.boolean().optional().describe('With review_id: take the review back.'),
      wait_ms: z
        .number()
        .int()
        .min(0)
        .max(limits.reviewWaitMaxMs)
        .optional()
        .describe('Wait so long for the person; default 0. They may take hours: call again.'),
      window: windowField,
    }),
    output: z.object({
      review_id: z.string().describe('For later calls, in the same window.'),
      pending: z.boolean().describe('The person has not decided on every file yet.'),
      files: z.array(reviewedFileSchema).describe('One entry per file.'),
    }),
    render({ review_id, pending, files }) {
      const lines = files.map(({ path, state, comment, edited, final_text, dirty }) =>
        [
          `${path}: ${state}${marks(edited === true && 'edited by the person', dirty === true && 'not on disk yet')}`,
          comment === undefined ? undefined : `  comment: ${comment}`,
          final_text === undefined ? undefined : `  final text:\n${final_text}`,
        ]
          .filter((part) => part !== undefined)
          .join('\n'),
      );
      const head = `Review ${review_id} of ${count(files.length, 'file')}${pending ? ': not decided yet' : ''}.`;
      return [head, ...lines].join('\n');
    },
  }),
};
