import { z } from 'zod';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import { isRecord, RpcError, rpcCodes } from '../json-rpc.ts';
import type { Method } from '../methods.ts';
import { callStructured } from './structured-call.ts';

export const fixDiagnostics = {
  name: 'fix_diagnostics',
  title: 'Fix the problems',
  description: 'Fix the errors and warnings that VS Code shows now, in one file or wherever they are.',
  arguments: [
    { name: 'path', description: 'Only this file: workspace-relative or absolute. Default: every file with problems.' },
    { name: 'window', description: 'Id of the window. Needed only when several windows could be meant.' },
  ],
} as const;

/** The result of `prompts/list`. */
export const promptList = { prompts: [fixDiagnostics] } as const;

const argumentsSchema = z.strictObject({ path: z.string().optional(), window: z.string().optional() });

/** `prompts/get`: the one prompt, with the problems as they are now. */
export function createPromptGet({ dispatcher }: { readonly dispatcher: Pick<Dispatcher, 'call'> }): Method {
  return async (params, context) => {
    const name = isRecord(params) ? params['name'] : undefined;
    if (name !== fixDiagnostics.name) {
      const given = typeof name === 'string' ? `Unknown prompt ${JSON.stringify(name)}` : 'params.name must be a text';
      const problem = `${given}. Prompts: ${fixDiagnostics.name}.`;
      throw new RpcError(rpcCodes.invalidParams, problem);
    }
    const given = argumentsSchema.safeParse((isRecord(params) ? params['arguments'] : undefined) ?? {});
    if (!given.success) {
      const accepted = fixDiagnostics.arguments.map((argument) => argument.name).join(', ');
      const problem = `${name} takes only these arguments, each a string: ${accepted}`;
      throw new RpcError(rpcCodes.invalidParams, problem);
    }
    const { path, window } = given.data;
    const input = {
      // An empty field of a client's form means that the person left it out.
      ...(path === undefined || path === '' ? {} : { paths: [path] }),
      ...(window === undefined || window === '' ? {} : { window }),
    };
    const { text } = await callStructured(dispatcher, 'get_diagnostics', input, context);
    return JSON.stringify({
      description: fixDiagnostics.description,
      messages: [{ role: 'user', content: { type: 'text', text: promptText(text) } }],
    });
  };
}

function promptText(problems: string): string {
  return [
    'Fix the problems below, which VS Code reports for the text in its editors.',
    'Find the cause of each before you change anything; do not silence a problem (no disabled rules, no loosened types) unless it is a false alarm.',
    'Edit with edit_buffer, then call get_diagnostics with the cursor below as `since`, and go on until the files are analysed and clean. If nothing is listed, say so and stop.',
    '',
    problems,
  ].join('\n');
}
