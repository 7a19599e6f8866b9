import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import type { CallIds } from '../agent/call-ids.ts';
import type { AgentContent, ContentChange } from '../agent/content.ts';
import type { Method } from '../agent/methods.ts';
import { agentItem } from './agent-view.ts';
import { KeyedUpstreamCalls } from './keyed-upstream-calls.ts';
import type { ReturningWindows } from './returning-windows.ts';
import { routedMethods } from './routed-methods.ts';
import type { SentCalls } from './sent-calls.ts';
import type { UpstreamKind } from './upstream-lists.ts';
import { ownUri } from './upstream-names.ts';
import type { UpstreamSet } from './upstream-set.ts';

export interface UpstreamContentDeps {
  /** What the bridge itself serves. */
  readonly own: AgentContent & Disposable;
  readonly upstreams: UpstreamSet;
  readonly callIds: CallIds;
  readonly returning: ReturningWindows;
  /** Keyed calls that may have reached a server. */
  readonly sent: SentCalls;
  readonly clock: Clock;
}

const listings: readonly { readonly method: string; readonly kind: UpstreamKind }[] = [
  { method: 'tools/list', kind: 'tools' },
  { method: 'prompts/list', kind: 'prompts' },
  { method: 'resources/list', kind: 'resources' },
  { method: 'resources/templates/list', kind: 'resourceTemplates' },
];

/** The bridge's own content and beside it that of the servers behind it, under their names. */
export function withUpstreams({
  own,
  upstreams,
  callIds,
  returning,
  sent,
  clock,
}: UpstreamContentDeps): AgentContent & Disposable {
  const store = new DisposableStore();
  const changes = store.add(new Emitter<ContentChange>());
  const keyed = new KeyedUpstreamCalls({ clock, sent });
  // Without servers nothing of them is in the way of a request; with some, what was merged once is ready.
  const readyResults = new Map<string, Buffer>();
  const isAlone = () => upstreams.list().length === 0;
  const forgetMerged = (): void => {
    for (const [method, list] of own.readyResults) {
      if (isAlone()) readyResults.set(method, list);
      else readyResults.delete(method);
    }
  };
  forgetMerged();
  store.add(own.onDidChange((change) => changes.fire(change)));
  store.add(
    upstreams.onDidChange((change) => {
      if (change.kind === 'list') forgetMerged();
      changes.fire(change);
    }),
  );

  const lists = listings.map(({ method, kind }): [string, Method] => {
    const ownList = own.readyResults.get(method)?.toString();
    if (ownList === undefined) throw new TypeError(`the bridge has no ${method} of its own`);
    const list: Method = async () => {
      await Promise.all(upstreams.list().map(({ looked }) => looked));
      const merged = mergedList(ownList, kind, upstreams);
      readyResults.set(method, Buffer.from(merged));
      return merged;
    };
    return [method, list];
  });
  return {
    ...own,
    capabilities: {
      ...own.capabilities,
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { ...own.capabilities.resources, listChanged: true },
    },
    get listsMayChange() {
      return !isAlone();
    },
    methods: new Map([
      ...own.methods,
      ...lists,
      ...routedMethods(own.methods, { upstreams, keyed, callIds, returning }),
    ]),
    readyResults,
    hasResource: (uri) => {
      const theirs = ownUri(uri);
      return theirs === undefined ? own.hasResource(uri) : upstreams.get(theirs.server)?.canWatch === true;
    },
    watchResource: (uri) => {
      const theirs = ownUri(uri);
      return theirs === undefined ? undefined : upstreams.watch(theirs);
    },
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

/** The bridge's list is spliced, not parsed. */
function mergedList(ownList: string, kind: UpstreamKind, upstreams: UpstreamSet): string {
  const theirs = upstreams
    .list()
    .flatMap((upstream) => upstream.items(kind).map((item) => JSON.stringify(agentItem(upstream.name, kind, item))));
  const ours = ownList.slice(`{"${kind}":[`.length, -']}'.length);
  return `{"${kind}":[${[ours, ...theirs].filter((part) => part !== '').join(',')}]}`;
}
