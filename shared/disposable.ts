/** Something that can be given back. `dispose` is synchronous and idempotent. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a function so that it runs at most once, on the first `dispose`. */
export function toDisposable(run: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      run();
    },
  };
}

/**
 * Owns disposables and gives them back in reverse order. Adding to a disposed store disposes at once, so that a late
 * callback cannot leak.
 */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  /** Forgets and disposes one item before the store ends. */
  delete(item: Disposable): void {
    if (this.#items.delete(item)) item.dispose();
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const items = [...this.#items].reverse();
    this.#items.clear();
    for (const item of items) item.dispose();
  }
}
