import { z } from 'zod';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import { RpcError, rpcCodes } from '../json-rpc.ts';
import type { MethodContext } from '../methods.ts';

const resultSchema = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

/** A tool's answer for what is no tool call: the text for a model and the content for a program. */
export interface StructuredAnswer {
  readonly text: string;
  readonly structured: unknown;
}

/**
 * Calls a tool on behalf of another method, which has no `isError` to report a failure with.
 *
 * @throws RpcError with the tool's own words, and its error as `data`.
 */
export async function callStructured(
  dispatcher: Pick<Dispatcher, 'call'>,
  name: string,
  input: Readonly<Record<string, unknown>>,
  context: MethodContext,
): Promise<StructuredAnswer> {
  const result = resultSchema.parse(JSON.parse(await dispatcher.call({ name, arguments: input, ...context })));
  const text = result.content.map((part) => part.text ?? '').join('\n');
  if (result.isError === true) throw new RpcError(rpcCodes.internalError, text, result._meta);
  return { text, structured: result.structuredContent };
}
