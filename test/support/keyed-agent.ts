import { z } from 'zod';
import { agentHeaders } from '../../shared/agent-headers.ts';
import { postModern } from './modern-http.ts';
import type { McpEndpoint, RawAnswer } from './raw-http.ts';

const answerSchema = z.object({
  result: z.object({
    isError: z.boolean().optional(),
    structuredContent: z.unknown().optional(),
    _meta: z
      .looseObject({
        'holdfast/error': z.object({ code: z.string(), executed: z.string(), hint: z.string() }).optional(),
      })
      .optional(),
  }),
});

export interface KeyedAnswer {
  readonly ok: boolean;
  readonly code: string | undefined;
  readonly executed: string;
}

export interface KeyedCall {
  readonly key: string;
  /** What the call leaves in the window's effects; the key unless given. */
  readonly text?: string;
  readonly path?: string;
  readonly repeat?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One edit_buffer under a key, as the modern era sends it: no session that could be in the way. */
export function postKeyed(
  endpoint: McpEndpoint,
  { key, text = key, path = '/work/a', repeat = false, headers = {} }: KeyedCall,
): Promise<RawAnswer> {
  const params = { name: 'edit_buffer', arguments: { create: [{ path: `${path}/${text}`, text }] } };
  return postModern(
    endpoint,
    { method: 'tools/call', params },
    { [agentHeaders.key]: key, ...(repeat ? { [agentHeaders.repeat]: '1' } : {}), ...headers },
  );
}

export function readKeyed({ status, text }: RawAnswer): KeyedAnswer {
  if (status !== 200) throw new Error(`answered ${status}: ${text}`);
  const { isError, _meta } = answerSchema.parse(JSON.parse(text)).result;
  const error = _meta?.['holdfast/error'];
  return { ok: isError !== true, code: error?.code, executed: error?.executed ?? 'yes' };
}

/** Sends the call until there is an answer, as our shim does: a broken connection says nothing about the call. */
export async function untilAnswered(endpoint: () => McpEndpoint, call: KeyedCall): Promise<KeyedAnswer> {
  for (let repeat = call.repeat ?? false; ; repeat = true) {
    try {
      return readKeyed(await postKeyed(endpoint(), { ...call, repeat }));
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('answered')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
