/** Remembers a bounded number of values under tokens that it makes; the oldest is forgotten first. */
export class CursorMemory<T> {
  readonly #values = new Map<string, T>();
  readonly #max: number;
  readonly #prefix: string;
  #made = 0;

  /** @param prefix tells the cursors of this life of the window from those of an earlier one */
  constructor(deps: { readonly max: number; readonly prefix: string }) {
    this.#max = deps.max;
    this.#prefix = deps.prefix;
  }

  add(value: T): string {
    this.#made += 1;
    const cursor = `${this.#prefix}.${this.#made}`;
    this.#values.set(cursor, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#max) break;
      this.#values.delete(oldest);
    }
    return cursor;
  }

  get(cursor: string): T | undefined {
    return this.#values.get(cursor);
  }
}
