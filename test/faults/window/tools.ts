import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ToolContext } from '../../../extension/tools/tool-context.ts';
import type { Handlers } from '../../../shared/catalog.ts';
import { defineTool } from '../../../shared/define-tool.ts';
import { HoldfastError } from '../../../shared/errors.ts';
import type { Defect } from './options.ts';
import { parseWork, type Work } from './work.ts';

const answer = z.object({ op: z.string(), padding: z.string() });
const common = {
  description: 'Works for a while.',
  toolset: 'core',
  idempotent: false,
  timeoutMs: 20_000,
  output: answer,
  render: ({ op }: z.output<typeof answer>) => `Done: ${op}.`,
} as const;
const input = z.object({ path: z.string(), window: z.string().optional() });

/**
 * One tool of each effect. Their names are those of real ones, because the bridge takes no others; what they do with the
 * real ones' input is ours, so that these tests do not change with the tools.
 */
export const workTools = {
  read_buffer: defineTool({ ...common, title: 'Read', effect: 'read', input }),
  open_file: defineTool({ ...common, title: 'Show', effect: 'ui', input }),
  edit_buffer: defineTool({
    ...common,
    title: 'Change',
    effect: 'write',
    input: z.object({
      create: z.tuple([z.object({ path: z.string(), text: z.string() })]),
      window: z.string().optional(),
    }),
  }),
};

export interface WorkHandlersDeps {
  readonly ledger: string;
  readonly epoch: string;
  readonly defect: Defect | undefined;
  readonly begun: (op: string) => void;
}

/** Handlers that only wait, and that write each effect to a file which survives the kill of their process. */
export function workHandlers({
  ledger,
  epoch,
  defect,
  begun,
}: WorkHandlersDeps): Handlers<typeof workTools, ToolContext> {
  const file = openSync(ledger, 'a', 0o600);
  process.once('exit', () => closeSync(file));
  let changes = 0;
  const done = ({ op, answerChars }: Work) => ({ op, padding: '.'.repeat(answerChars) });
  const change = async (work: Work, signal: AbortSignal) => {
    begun(work.op);
    changes += 1;
    const isTenth = changes % 10 === 0;
    await delay(work.workMs / 2);
    // Stopped before its effect it has none; the router then answers with the reason of the stop.
    signal.throwIfAborted();
    if (!(isTenth && defect === 'skips-effect')) {
      writeSync(file, `${work.op} ${epoch}\n`);
      fsyncSync(file);
    }
    if (isTenth && defect === 'denies-effect') {
      throw new HoldfastError('edit_rejected', 'This variant denies its effect.', {
        hint: 'Look at the ledger.',
        retryable: false,
      });
    }
    await delay(work.workMs / 2);
    return done(work);
  };
  return {
    async read_buffer({ path }) {
      const work = parseWork(path);
      begun(work.op);
      await delay(work.workMs);
      return done(work);
    },
    open_file: ({ path }, { signal }) => change(parseWork(path), signal),
    edit_buffer: ({ create: [first] }, { signal }) => change(parseWork(first.path), signal),
  };
}
