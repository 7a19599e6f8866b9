import { failureResult } from '../../shared/call-result.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import type { CallIds } from '../agent/call-ids.ts';
import type { AgentContent, ContentChange } from '../agent/content.ts';
import { isRecord } from '../agent/json-rpc.ts';
import type { Method, MethodContext } from '../agent/methods.ts';
import { KeyedUpstreamCalls } from './keyed-upstream-calls.ts';
import type { Upstream } from './upstream.ts';
import type { UpstreamSet } from './upstream-set.ts';

export interface UpstreamContentDeps {
  /** What the bridge itself serves. */
  readonly own: AgentContent & Disposable;
  readonly upstreams: UpstreamSet;
  readonly callIds: CallIds;
  readonly clock: Clock;
}

const separator = '__';

/** The bridge's own content and beside it the tools of the servers behind it, as `<server>__<tool>`. */
export function withUpstreams({ own, upstreams, callIds, clock }: UpstreamContentDeps): AgentContent & Disposable {
  const store = new DisposableStore();
  const changes = store.add(new Emitter<ContentChange>());
  const keyed = new KeyedUpstreamCalls({ clock });
  // Without servers nothing of them is in the way of a request; with some, what was merged once is ready.
  const readyResults = new Map(own.readyResults);
  const ownList = own.readyResults.get('tools/list');
  if (ownList === undefined) throw new TypeError('the bridge lists no tools');
  store.add(own.onDidChange((change) => changes.fire(change)));
  store.add(
    upstreams.onDidChange((change) => {
      if (upstreams.list().length === 0) readyResults.set('tools/list', ownList);
      else readyResults.delete('tools/list');
      changes.fire(change);
    }),
  );

  const list: Method = async () => {
    await Promise.all(upstreams.list().map(({ looked }) => looked));
    const merged = mergedList(ownList.toString(), upstreams.list());
    readyResults.set('tools/list', Buffer.from(merged));
    return merged;
  };
  const ownCall = own.methods.get('tools/call');
  const call: Method = (params, context) => {
    const target = targetOf(params, upstreams);
    if (target !== undefined) return callUpstream(target, context, { keyed, callIds });
    if (ownCall === undefined) throw new TypeError('the bridge serves no tools/call');
    return ownCall(params, context);
  };
  return {
    ...own,
    capabilities: {
      ...own.capabilities,
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { ...own.capabilities.resources, listChanged: true },
    },
    methods: new Map([...own.methods, ['tools/list', list], ['tools/call', call]]),
    readyResults,
    onDidChange: changes.event,
    acknowledge: (keys) => {
      keyed.acknowledge(keys.map(callIds));
      own.acknowledge?.(keys);
    },
    dispose: () => {
      store.dispose();
      own.dispose();
    },
  };
}

function mergedList(ownList: string, upstreams: readonly Upstream[]): string {
  const theirs = upstreams.flatMap(({ name, tools }) =>
    // Tasks are between a server and its own client.
    tools.map(({ execution: _, ...tool }) => JSON.stringify({ ...tool, name: `${name}${separator}${tool.name}` })),
  );
  const ours = ownList.slice('{"tools":['.length, -']}'.length);
  return `{"tools":[${[ours, ...theirs].filter((part) => part !== '').join(',')}]}`;
}

interface Target {
  readonly upstream: Upstream;
  readonly tool: string;
  readonly arguments: unknown;
}

function targetOf(params: unknown, upstreams: Pick<UpstreamSet, 'get'>): Target | undefined {
  const name = isRecord(params) ? params['name'] : undefined;
  if (!isRecord(params) || typeof name !== 'string') return undefined;
  const at = name.indexOf(separator);
  const upstream = at === -1 ? undefined : upstreams.get(name.slice(0, at));
  if (upstream === undefined) return undefined;
  return { upstream, tool: name.slice(at + separator.length), arguments: params['arguments'] };
}

async function callUpstream(
  { upstream, tool, arguments: given }: Target,
  { key, signal, progress }: MethodContext,
  { keyed, callIds }: { readonly keyed: KeyedUpstreamCalls; readonly callIds: CallIds },
): Promise<string> {
  const work = async (context: Pick<MethodContext, 'signal' | 'progress'>): Promise<string> => {
    // What the era says of a result is said by ours.
    const { resultType: _, ...result } = await upstream.call({ tool, arguments: given, ...context });
    return JSON.stringify(result);
  };
  const waiter = { signal, ...(progress === undefined ? {} : { progress }) };
  try {
    if (key?.key === undefined) return await work(waiter);
    const identity = { id: callIds(key.key), repeat: key.repeat };
    const fingerprint = JSON.stringify([upstream.name, tool, given]);
    return await keyed.run({ identity, fingerprint, waiter, work });
  } catch (error) {
    if (error instanceof HoldfastError) return failureResult(error.info);
    throw error;
  }
}
