import { failureResult } from '../../shared/call-result.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { CallIds } from '../agent/call-ids.ts';
import type { AgentContent, ContentChange } from '../agent/content.ts';
import { isRecord } from '../agent/json-rpc.ts';
import type { Method, MethodContext } from '../agent/methods.ts';
import { KeyedUpstreamCalls } from './keyed-upstream-calls.ts';
import type { Upstream } from './upstream.ts';

export interface UpstreamContentDeps {
  /** What the bridge itself serves. */
  readonly own: AgentContent & Disposable;
  readonly upstreams: readonly Upstream[];
  readonly callIds: CallIds;
  readonly clock: Clock;
}

const separator = '__';

/** The bridge's own content and beside it the tools of the servers behind it, as `<server>__<tool>`. */
export function withUpstreams(deps: UpstreamContentDeps): AgentContent & Disposable {
  const { own, upstreams, callIds, clock } = deps;
  if (upstreams.length === 0) return own;
  const store = new DisposableStore();
  const changes = store.add(new Emitter<ContentChange>());
  for (const upstream of upstreams) store.add(upstream);
  store.add(own.onDidChange((change) => changes.fire(change)));
  const byName = new Map(upstreams.map((upstream) => [upstream.name, upstream]));
  const keyed = new KeyedUpstreamCalls({ clock });
  let merged: string | undefined;
  for (const upstream of upstreams) {
    store.add(
      upstream.onDidChangeTools(() => {
        merged = undefined;
        changes.fire({ kind: 'list', list: 'tools' });
      }),
    );
  }
  const firstLook = Promise.race([
    Promise.all(upstreams.map(({ looked }) => looked)),
    new Promise<void>((resolve) => store.add(clock.after(limits.upstreamFirstListMs, resolve))),
  ]);

  const ownList = own.constantResults.get('tools/list')?.toString() ?? '{"tools":[]}';
  const list: Method = async () => {
    await firstLook;
    merged ??= mergedList(ownList, upstreams);
    return merged;
  };
  const ownCall = own.methods.get('tools/call');
  const call: Method = (params, context) => {
    const target = targetOf(params, byName);
    if (target !== undefined) return callUpstream(target, context, { keyed, callIds });
    if (ownCall === undefined) throw new TypeError('the bridge serves no tools/call');
    return ownCall(params, context);
  };
  return {
    ...own,
    capabilities: { ...own.capabilities, tools: { listChanged: true } },
    methods: new Map([...own.methods, ['tools/list', list], ['tools/call', call]]),
    constantResults: new Map([...own.constantResults].filter(([method]) => method !== 'tools/list')),
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

function targetOf(params: unknown, byName: ReadonlyMap<string, Upstream>): Target | undefined {
  const name = isRecord(params) ? params['name'] : undefined;
  if (!isRecord(params) || typeof name !== 'string') return undefined;
  const at = name.indexOf(separator);
  const upstream = at === -1 ? undefined : byName.get(name.slice(0, at));
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
