import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import type { ContentChange } from '../agent/content.ts';
import type { Upstream } from './upstream.ts';

/** The servers behind the bridge, by name. Which they are may change while the bridge runs. */
export class UpstreamSet implements Disposable {
  readonly #create: (name: string, config: UpstreamConfig) => Upstream;
  readonly #entries = new Map<
    string,
    { readonly upstream: Upstream; readonly config: string; readonly owned: Disposable }
  >();
  readonly #changed = new Emitter<ContentChange>();

  readonly onDidChange = this.#changed.event;

  constructor(create: (name: string, config: UpstreamConfig) => Upstream) {
    this.#create = create;
  }

  list(): readonly Upstream[] {
    return [...this.#entries.values()].map(({ upstream }) => upstream);
  }

  get(name: string): Upstream | undefined {
    return this.#entries.get(name)?.upstream;
  }

  /** From now on these and no others; one whose configuration is the same goes on as it is. */
  apply(configs: Readonly<Record<string, UpstreamConfig>>): void {
    for (const [name, { config }] of this.#entries) {
      const wanted = configs[name];
      if (wanted === undefined || JSON.stringify(wanted) !== config) this.#remove(name);
    }
    for (const [name, config] of Object.entries(configs)) {
      if (!this.#entries.has(name)) this.#add(name, config);
    }
  }

  dispose(): void {
    for (const { owned } of this.#entries.values()) owned.dispose();
    this.#entries.clear();
  }

  #add(name: string, config: UpstreamConfig): void {
    const owned = new DisposableStore();
    const upstream = owned.add(this.#create(name, config));
    owned.add(upstream.onDidChangeTools(() => this.#changed.fire({ kind: 'list', list: 'tools' })));
    this.#entries.set(name, { upstream, config: JSON.stringify(config), owned });
    this.#changed.fire({ kind: 'list', list: 'tools' });
  }

  #remove(name: string): void {
    this.#entries.get(name)?.owned.dispose();
    this.#entries.delete(name);
    this.#changed.fire({ kind: 'list', list: 'tools' });
  }
}
