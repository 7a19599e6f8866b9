/** The load and its figures as they cross between the bench and its client process. */
import { z } from 'zod';

export const loadSchema = z.object({
  kind: z.enum(['http', 'ws']),
  port: z.number(),
  /** Request head without `Content-Length`; unused for `ws`. */
  head: z.string(),
  /** Every `"@id"` becomes the connection's own number. */
  body: z.string(),
  concurrency: z.number(),
  durationMs: z.number(),
  maxCalls: z.number().optional(),
});
export type Load = z.infer<typeof loadSchema>;

export const loadResultSchema = z.object({
  calls: z.number(),
  elapsedMs: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
  /** One whole answer, to check that the right thing was measured. */
  sample: z.string(),
});
