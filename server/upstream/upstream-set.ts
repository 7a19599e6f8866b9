import { type Disposable, DisposableStore, toDisposable } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import type { ContentChange } from '../agent/content.ts';
import type { Upstream } from './upstream.ts';
import type { OwnName } from './upstream-names.ts';

/** Somebody's interest in a resource, which outlives the server that it is of. */
interface Watch {
  readonly server: string;
  readonly uri: string;
  held: Disposable | undefined;
}

/** The servers behind the bridge, by name. Which they are may change while the bridge runs. */
export class UpstreamSet implements Disposable {
  readonly #create: (name: string, config: UpstreamConfig) => Upstream;
  readonly #entries = new Map<
    string,
    { readonly upstream: Upstream; readonly config: string; readonly owned: Disposable }
  >();
  readonly #watches = new Set<Watch>();
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

  /** Hears of a resource's changes, by the server's own URI, whatever becomes of the server, until that is disposed. */
  watch({ server, name: uri }: OwnName): Disposable {
    const watch: Watch = { server, uri, held: this.get(server)?.watch(uri) };
    this.#watches.add(watch);
    return toDisposable(() => {
      this.#watches.delete(watch);
      watch.held?.dispose();
    });
  }

  /** They stay known: what still arrives for one is told that it did not run. */
  dispose(): void {
    for (const { owned } of this.#entries.values()) owned.dispose();
  }

  #add(name: string, config: UpstreamConfig): void {
    const owned = new DisposableStore();
    const upstream = owned.add(this.#create(name, config));
    owned.add(upstream.onDidChange((change) => this.#changed.fire(change)));
    for (const watch of this.#watches) {
      if (watch.server === name) watch.held = upstream.watch(watch.uri);
    }
    this.#entries.set(name, { upstream, config: JSON.stringify(config), owned });
    this.#tellLists();
  }

  #remove(name: string): void {
    this.#entries.get(name)?.owned.dispose();
    this.#entries.delete(name);
    this.#tellLists();
  }

  #tellLists(): void {
    for (const list of ['tools', 'prompts', 'resources'] as const) this.#changed.fire({ kind: 'list', list });
  }
}
