import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import { RpcError, rpcCodes } from '../json-rpc.ts';
import type { Method, MethodContext } from '../methods.ts';
import { fixDiagnostics } from './prompts.ts';
import { resourceLists } from './resources.ts';
import { callStructured } from './structured-call.ts';

const paramsSchema = z.object({
  ref: z.discriminatedUnion('type', [
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
  context: z.object({ arguments: z.record(z.string(), z.string()).optional() }).optional(),
});
type Params = z.infer<typeof paramsSchema>;

const filesSchema = z.object({
  files: z.array(z.object({ path: z.string(), counts: z.object({ error: z.number(), warning: z.number() }) })),
});

export interface CompletionDeps {
  readonly dispatcher: Pick<Dispatcher, 'call'>;
  readonly windows: { list(): readonly { readonly id: string }[] };
}

/** `completion/complete`: ids of windows, and paths of files that have problems. */
export function createCompletion(deps: CompletionDeps): Method {
  return async (raw, context) => {
    const { data: params } = paramsSchema.safeParse(raw);
    if (params === undefined) {
      throw new RpcError(rpcCodes.invalidParams, 'completion/complete needs params.ref and params.argument');
    }
    const candidates = await candidatesFor(params, deps, context);
    const wanted = params.argument.value.toLowerCase();
    const found = candidates.filter((candidate) => candidate.toLowerCase().includes(wanted));
    const values = found.slice(0, limits.completionsMax);
    return JSON.stringify({ completion: { values, total: found.length, hasMore: values.length < found.length } });
  };
}

async function candidatesFor(params: Params, deps: CompletionDeps, context: MethodContext): Promise<readonly string[]> {
  const { ref, argument } = params;
  const names = argumentNames(ref);
  if (names === undefined) {
    const unknown = ref.type === 'ref/prompt' ? `prompt ${ref.name}` : `resource template ${ref.uri}`;
    throw new RpcError(rpcCodes.invalidParams, `Unknown ${unknown}`);
  }
  if (!names.includes(argument.name)) {
    throw new RpcError(rpcCodes.invalidParams, `It has no argument ${argument.name}. Arguments: ${names.join(', ')}.`);
  }
  if (argument.name === 'window') return deps.windows.list().map(({ id }) => id);
  return filesWithProblems(params.context?.arguments?.['window'], deps, context);
}

/** The arguments of what a reference names; undefined when there is no such thing. */
function argumentNames(ref: Params['ref']): readonly string[] | undefined {
  if (ref.type === 'ref/prompt') {
    return ref.name === fixDiagnostics.name ? fixDiagnostics.arguments.map(({ name }) => name) : undefined;
  }
  const { resourceTemplates } = resourceLists['resources/templates/list'];
  return resourceTemplates.some(({ uriTemplate }) => uriTemplate === ref.uri) ? ['window'] : undefined;
}

async function filesWithProblems(
  window: string | undefined,
  { dispatcher }: CompletionDeps,
  context: MethodContext,
): Promise<readonly string[]> {
  // What is known now: somebody who types waits for nothing.
  const input = { wait_ms: 0, ...(window === undefined || window === '' ? {} : { window }) };
  try {
    const { structured } = await callStructured(dispatcher, 'get_diagnostics', input, context);
    const { files } = filesSchema.parse(structured);
    return files.filter(({ counts }) => counts.error + counts.warning > 0).map(({ path }) => path);
  } catch (error) {
    // No window, or several: nothing to offer is an honest answer while somebody types.
    if (error instanceof RpcError) return [];
    throw error;
  }
}
