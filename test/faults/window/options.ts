/** What a window process is told at its start, and what it tells: shared by both ends. */
import { z } from 'zod';

/** Deliberate defects, which prove that the oracle sees them. */
export const defects = [
  /** The journal forgets each call at once and says that it lacks none. */
  'journal-off',
  /** A call that was seen before runs again. */
  'repeat-runs',
  /** Every tenth result of a changing call is never sent. */
  'result-dropped',
  /** Every tenth change fails after its effect, and says that nothing was done. */
  'denies-effect',
  /** Every tenth change is answered as done without its effect. */
  'skips-effect',
] as const;
export type Defect = (typeof defects)[number];

export const windowOptionsSchema = z.object({
  stateDir: z.string(),
  /** What VS Code keeps over reloads: the window's id, and the extension's files. */
  storageDir: z.string(),
  /** Where the tools write their effects. */
  ledger: z.string(),
  folder: z.string(),
  name: z.string(),
  bundlePath: z.string(),
  version: z.string(),
  mayStartBridge: z.boolean(),
  defect: z.enum(defects).optional(),
});
export type WindowOptions = z.infer<typeof windowOptionsSchema>;

export const windowEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('state'),
    kind: z.string(),
    reason: z.string().optional(),
    instance: z.string().optional(),
  }),
  z.object({ type: z.literal('id'), editorId: z.string() }),
  /** A tool has begun with an operation. */
  z.object({ type: z.literal('work'), op: z.string() }),
  z.object({ type: z.literal('log'), level: z.string(), message: z.string() }),
]);
export type WindowEvent = z.infer<typeof windowEventSchema>;

/** Sent to a window: to leave as a reloading one does, or because a person looks at it. */
export const windowMessages = { leave: 'leave', focus: 'focus' } as const;
