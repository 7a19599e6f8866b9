/** What the processes of upstream servers are told: shared by both ends. */
import { z } from 'zod';

export const httpUpstreamSchema = z.object({
  ledger: z.string(),
  /** 0 at its first start, and then the one that it had. */
  port: z.number(),
});
export type HttpUpstreamStart = z.infer<typeof httpUpstreamSchema>;

export const childUpstreamSchema = z.object({
  ledger: z.string(),
  /** Where each process notes its id: the bridge starts them, and the test breaks them. */
  pids: z.string(),
});
export type ChildUpstreamStart = z.infer<typeof childUpstreamSchema>;

/** Sent to an HTTP server: what becomes of requests from now on. */
export const upstreamOrderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('clear') }),
  /** It is overloaded, and serves nothing. */
  z.object({ kind: z.literal('refuses'), status: z.number(), retryAfter: z.string().optional() }),
  /** Every second tool call loses its connection after its effect and before its answer. */
  z.object({ kind: z.literal('cuts') }),
  z.object({ kind: z.literal('forgets') }),
]);
export type UpstreamOrder = z.infer<typeof upstreamOrderSchema>;

export const upstreamReadySchema = z.object({ port: z.number() });
