import type { ToolDefinition } from '../../../shared/define-tool.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { Emitter, type Event } from '../../../shared/events.ts';
import type { Dispatcher } from '../../calls/dispatcher.ts';
import type { CallIds } from '../call-ids.ts';
import type { AgentContent, ContentChange } from '../content.ts';
import type { Method } from '../methods.ts';
import { createToolList } from '../tool-list.ts';
import { createCompletion } from './completion.ts';
import { instructions } from './instructions.ts';
import { createPromptGet, promptList } from './prompts.ts';
import { createResourceRead, hasResource, resourceLists } from './resources.ts';
import { createToolCall } from './tools.ts';
import { type WatchedWindow, WindowChanges } from './window-changes.ts';

export interface BridgeContentDeps {
  readonly catalog: Readonly<Record<string, ToolDefinition>>;
  readonly dispatcher: Pick<Dispatcher, 'call' | 'acknowledge'>;
  readonly callIds: CallIds;
  readonly windows: { list(): readonly WatchedWindow[]; readonly onDidChange: Event<void> };
}

/** What this bridge serves: the tools of the catalogue, its windows as resources, and a prompt. */
export function createBridgeContent({
  catalog,
  dispatcher,
  callIds,
  windows,
}: BridgeContentDeps): AgentContent & Disposable {
  const store = new DisposableStore();
  const changes = store.add(new Emitter<ContentChange>());
  const watched = new WindowChanges(windows.list());
  store.add(
    windows.onDidChange(() => {
      for (const change of watched.look(windows.list())) changes.fire(change);
    }),
  );
  const lists = new Map([
    ['tools/list', createToolList(catalog, new Set(['core'])).json],
    ['prompts/list', JSON.stringify(promptList)],
    ...Object.entries(resourceLists).map(([method, list]) => [method, JSON.stringify(list)] as const),
  ]);
  return {
    capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
    listsMayChange: false,
    instructions,
    methods: new Map<string, Method>([
      ...[...lists].map(([method, json]) => [method, () => Promise.resolve(json)] as const),
      ['tools/call', createToolCall({ dispatcher, callIds })],
      ['resources/read', createResourceRead({ dispatcher, windows })],
      ['prompts/get', createPromptGet({ dispatcher })],
      ['completion/complete', createCompletion({ dispatcher, windows })],
    ]),
    readyResults: new Map([...lists].map(([method, json]) => [method, Buffer.from(json)])),
    hasResource,
    onDidChange: changes.event,
    acknowledge: (keys) => dispatcher.acknowledge(keys.map(callIds)),
    dispose: () => store.dispose(),
  };
}
