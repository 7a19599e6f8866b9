/** What a bridge and its successor say to each other over the channel between a process and its child. */
import { z } from 'zod';

const toSuccessorSchema = z.object({
  /** Comes with the listening socket: take the port, the lock and the state directory. */
  type: z.literal('take'),
  /** The user's port, when another program holds it. */
  strangerOn: z.number().int().optional(),
});
export type ToSuccessor = z.infer<typeof toSuccessorSchema>;

const toPredecessorSchema = z.discriminatedUnion('type', [
  /** Its program runs and can read the keys. */
  z.object({ type: z.literal('ready') }),
  /** It is the bridge now. */
  z.object({ type: z.literal('up'), instance: z.string() }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);
export type ToPredecessor = z.infer<typeof toPredecessorSchema>;

/** Undefined for what a neighbouring version may have added. */
export function parseToSuccessor(message: unknown): ToSuccessor | undefined {
  return toSuccessorSchema.safeParse(message).data;
}

/** Undefined for what a neighbouring version may have added. */
export function parseToPredecessor(message: unknown): ToPredecessor | undefined {
  return toPredecessorSchema.safeParse(message).data;
}
