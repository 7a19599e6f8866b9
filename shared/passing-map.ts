/** Gives up the value of one entry, so that nothing that still holds the entry holds the value. */
interface Slot<V> {
  value: V | undefined;
}

/**
 * A map whose entries come and go all the time. V8 replaces the table of a `Map` again and again while entries are added
 * and deleted, and each old table keeps what stood in it and the table after it. One old table that has reached the old
 * generation therefore keeps every later entry alive until the next full collection. Here the tables hold only small
 * slots, which are empty once their entry is gone.
 */
export class PassingMap<K, V> {
  readonly #slots = new Map<K, Slot<V>>();

  get size(): number {
    return this.#slots.size;
  }

  has(key: K): boolean {
    return this.#slots.has(key);
  }

  get(key: K): V | undefined {
    return this.#slots.get(key)?.value;
  }

  /** Adds an entry, or replaces it where it stands. */
  set(key: K, value: V): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, { value });
    else slot.value = value;
  }

  delete(key: K): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    slot.value = undefined;
    return this.#slots.delete(key);
  }

  /** The values as they are now, the oldest first. */
  values(): V[] {
    return [...this.#slots.values()].flatMap(({ value }) => (value === undefined ? [] : [value]));
  }
}
