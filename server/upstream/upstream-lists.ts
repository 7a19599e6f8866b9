import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { ListOfContent } from '../agent/content.ts';
import { isRecord } from '../agent/json-rpc.ts';
import type { Message } from './upstream-era.ts';
import { type UpstreamItem, UpstreamList, type UpstreamListDeps } from './upstream-list.ts';

/** What a server offers, each with the method that lists it, what tells one from another, and whose change it is. */
const kinds = {
  tools: { method: 'tools/list', key: 'name', list: 'tools' },
  prompts: { method: 'prompts/list', key: 'name', list: 'prompts' },
  resources: { method: 'resources/list', key: 'uri', list: 'resources' },
  resourceTemplates: { method: 'resources/templates/list', key: 'uriTemplate', list: 'resources' },
} as const satisfies Record<string, { method: string; key: string; list: ListOfContent }>;
export type UpstreamKind = keyof typeof kinds;
const allKinds: readonly UpstreamKind[] = ['tools', 'prompts', 'resources', 'resourceTemplates'];

export interface UpstreamListsDeps extends Pick<UpstreamListDeps, 'ask' | 'isThere' | 'clock' | 'random' | 'log'> {
  readonly onDidChange: (list: ListOfContent) => void;
}

/** What one server offers. */
export class UpstreamLists implements Disposable {
  readonly #store = new DisposableStore();
  readonly #lists: ReadonlyMap<UpstreamKind, UpstreamList>;
  #capabilities: Message = {};

  constructor({ onDidChange, ...deps }: UpstreamListsDeps) {
    const create = (kind: UpstreamKind): UpstreamList => {
      const { list, ...how } = kinds[kind];
      const isOffered = () => list in this.#capabilities;
      return new UpstreamList({ ...deps, ...how, kind, isOffered, onDidChange: () => onDidChange(list) });
    };
    this.#lists = new Map(allKinds.map((kind) => [kind, this.#store.add(create(kind))]));
  }

  of(kind: UpstreamKind): readonly UpstreamItem[] {
    return this.#lists.get(kind)?.items ?? [];
  }

  /** Why something of it could not be listed, as long as that is so. */
  get failure(): string | undefined {
    return [...this.#lists.values()].map(({ failure }) => failure).find((failure) => failure !== undefined);
  }

  /** What the server says that it can do, each time that it says it. */
  declare(capabilities: unknown): void {
    this.#capabilities = isRecord(capabilities) ? capabilities : {};
  }

  /** Lists all anew; resolves when that is over, however it ended. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#lists.values()].map((list) => list.refresh()));
  }

  /** The server tells that this list has changed. */
  changed(list: ListOfContent): void {
    for (const [kind, one] of this.#lists) if (kinds[kind].list === list) one.changed();
  }

  dispose(): void {
    this.#store.dispose();
  }
}
