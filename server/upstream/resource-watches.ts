import { type Disposable, toDisposable } from '../../shared/disposable.ts';

/** Which resources of one server somebody is subscribed to, by the server's own URIs. */
export class ResourceWatches {
  readonly #onDidChange: () => void;
  readonly #counts = new Map<string, number>();

  constructor({ onDidChange }: { readonly onDidChange: () => void }) {
    this.#onDidChange = onDidChange;
  }

  get uris(): ReadonlySet<string> {
    return new Set(this.#counts.keys());
  }

  add(uri: string): Disposable {
    const count = this.#counts.get(uri) ?? 0;
    this.#counts.set(uri, count + 1);
    if (count === 0) this.#onDidChange();
    return toDisposable(() => this.#release(uri));
  }

  /** Those that an update of this URI is about: a server may tell of a part of what was subscribed to (spec, "Subscriptions"). */
  concernedBy(updated: unknown): readonly string[] {
    if (typeof updated !== 'string') return [];
    return [...this.#counts.keys()].filter(
      (uri) => uri === updated || updated.startsWith(uri.endsWith('/') ? uri : `${uri}/`),
    );
  }

  #release(uri: string): void {
    const count = (this.#counts.get(uri) ?? 1) - 1;
    if (count > 0) return void this.#counts.set(uri, count);
    this.#counts.delete(uri);
    this.#onDidChange();
  }
}
