import type { AgentContent, ContentChange } from '../../server/agent/content.ts';
import { isRecord, RpcError, rpcCodes } from '../../server/agent/json-rpc.ts';
import type { Method } from '../../server/agent/methods.ts';
import { Emitter } from '../../shared/events.ts';
import { contentTools } from './fixture-content-tools.ts';
import { dialogueTools } from './fixture-dialogue-tools.ts';
import { inputRequiredTools } from './fixture-input-required.ts';
import { getPrompt, hasResource, promptList, readResource, resourceList, templateList } from './fixture-resources.ts';
import { type FixtureTools, text } from './fixture-tool.ts';

export interface FixtureContent {
  readonly content: AgentContent;
  /** How often each tool and prompt was reached, by name: a scenario must not pass on the error for an unknown one. */
  readonly reached: ReadonlyMap<string, number>;
}

/** What the suite expects of a server that has everything, served through the bridge's own router and transport. */
export function createFixtureContent(): FixtureContent {
  const changes = new Emitter<ContentChange>();
  const reached = new Map<string, number>();
  const change = (list: 'tools' | 'prompts') => ({
    description: `Tells that the list of ${list} changed.`,
    call() {
      changes.fire({ kind: 'list', list });
      return text(`${list} changed`);
    },
  });
  const tools: FixtureTools = {
    ...contentTools,
    ...dialogueTools,
    ...inputRequiredTools,
    test_trigger_tool_change: change('tools'),
    test_trigger_prompt_change: change('prompts'),
  };
  const reach = (params: unknown): Readonly<Record<string, unknown>> => {
    if (!isRecord(params) || typeof params['name'] !== 'string') throw new RpcError(rpcCodes.invalidParams, 'no name');
    reached.set(params['name'], (reached.get(params['name']) ?? 0) + 1);
    return params;
  };
  const callTool: Method = async (params, context) => {
    const name = String(isRecord(params) ? params['name'] : undefined);
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (tool === undefined) throw new RpcError(rpcCodes.invalidParams, `Unknown tool ${name}`);
    return JSON.stringify(await tool.call(reach(params), context));
  };
  const toolList = {
    tools: Object.entries(tools).map(([name, { description, inputSchema = { type: 'object' } }]) => ({
      name,
      description,
      inputSchema,
    })),
  };
  const lists: readonly (readonly [string, string])[] = Object.entries({
    'tools/list': toolList,
    'prompts/list': promptList,
    'resources/list': resourceList,
    'resources/templates/list': templateList,
  }).map(([method, list]) => [method, JSON.stringify(list)] as const);
  return {
    reached,
    content: {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      listsMayChange: true,
      instructions: 'A catalogue for the conformance suite.',
      methods: new Map<string, Method>([
        ...lists.map(([method, json]) => [method, () => Promise.resolve(json)] as const),
        ['tools/call', callTool],
        ['resources/read', async (params) => JSON.stringify(readResource(params))],
        ['prompts/get', async (params) => JSON.stringify(getPrompt(reach(params)))],
        ['completion/complete', async () => '{"completion":{"values":[],"total":0,"hasMore":false}}'],
      ]),
      readyResults: new Map(lists.map(([method, json]) => [method, Buffer.from(json)])),
      hasResource,
      onDidChange: changes.event,
    },
  };
}
