import { z } from 'zod';
import type { Exchanged } from './exchange.ts';

const errorKey = 'holdfast/error';
const resultSchema = z.object({
  isError: z.boolean().optional(),
  structuredContent: z.looseObject({ op: z.string() }).optional(),
  _meta: z
    .looseObject({
      [errorKey]: z
        .object({
          code: z.string(),
          message: z.string(),
          executed: z.enum(['yes', 'no', 'unknown']),
          retryable: z.boolean(),
        })
        .optional(),
    })
    .optional(),
});
const staleSchema = z.object({
  error: z.object({ data: z.object({ reason: z.literal('stale_streamable_http_session'), detail: z.string() }) }),
});

/** What an answer to tools/call means. */
export type ToolAnswer =
  | { readonly kind: 'ok'; readonly op: string }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly executed: 'yes' | 'no' | 'unknown';
      readonly retryable: boolean;
    }
  | { readonly kind: 'stale'; readonly detail: string }
  | { readonly kind: 'unauthorised' }
  /** No answer will come: the request was cancelled, by the end of its session for example. */
  | { readonly kind: 'empty' }
  /** Nothing that a bridge may answer here. */
  | { readonly kind: 'wrong'; readonly text: string };

export function readAnswer({ status, headers, text }: Extract<Exchanged, { kind: 'answer' }>): ToolAnswer {
  if (status === 401) return { kind: 'unauthorised' };
  if (status === 202 && text === '') return { kind: 'empty' };
  const json = headers['content-type']?.startsWith('text/event-stream') === true ? lastEvent(text) : text;
  const message = parse(json);
  if (status === 404) {
    const stale = staleSchema.safeParse(message).data;
    if (stale !== undefined) return { kind: 'stale', detail: stale.error.data.detail };
  }
  const wrong: ToolAnswer = { kind: 'wrong', text: `${status} ${text.slice(0, 400)}` };
  return status === 200 ? (readResult(member(message, 'result')) ?? wrong) : wrong;
}

/** Undefined when it is no result of our tools. */
export function readResult(value: unknown): ToolAnswer | undefined {
  const { data: result } = resultSchema.safeParse(value);
  if (result === undefined) return undefined;
  const error = result._meta?.[errorKey];
  if (result.isError === true) return error === undefined ? undefined : { kind: 'error', ...error };
  const op = result.structuredContent?.op;
  return op === undefined ? undefined : { kind: 'ok', op };
}

function lastEvent(text: string): string {
  return [...text.matchAll(/^data: ?(.*)$/gm)].at(-1)?.[1] ?? '';
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The caller tells what came instead.
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
