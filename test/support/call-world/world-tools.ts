import { z } from 'zod';
import { defineTool } from '../../../shared/define-tool.ts';

const common = {
  title: 'A tool',
  description: 'A tool of a test.',
  toolset: 'core',
  timeoutMs: 20_000,
  input: z.object({ path: z.string(), text: z.string(), window: z.string().optional() }),
  output: z.object({ said: z.string() }),
  render: ({ said }: { said: string }) => `It said ${said}.`,
} as const;

/** One tool that changes something and one that does not. */
export const worldTools = {
  look: defineTool({ ...common, effect: 'read', idempotent: true }),
  change: defineTool({ ...common, effect: 'write', idempotent: false }),
};
