import { watch } from 'node:fs';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';

export interface StateWatchDeps {
  readonly clock: Clock;
  readonly stateDir: string;
  /** Stands for the contents of the files that matter. */
  readonly read: () => Promise<string>;
  /** What the caller has seen; undefined: nothing. */
  readonly seen: string | undefined;
  readonly changed: (fingerprint: string) => void;
}

/**
 * Tells each change of the state files' contents since what the caller has seen, so that none is lost between a look and
 * the start of the watch. Lives only while somebody waits for a bridge. A directory that is not there (yet, any more) is
 * looked for by a timer; one that a file system cannot watch costs only the wake-up.
 */
export class StateWatch implements Disposable {
  readonly #deps: StateWatchDeps;
  readonly #store = new DisposableStore();
  #seen: string | undefined;
  #watcher: Disposable | undefined;
  #timer: Disposable | undefined;
  #looking = false;
  #again = false;

  constructor(deps: StateWatchDeps) {
    this.#deps = deps;
    this.#seen = deps.seen;
    void this.#look();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Watches anew before each look: a watch on a directory that was deleted and made again is silent for ever. */
  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    const watching = this.#watch();
    const fingerprint = await this.#deps.read();
    this.#looking = false;
    if (this.#store.disposed) return;
    if (this.#again) this.#schedule(limits.stateChangeMs);
    else if (!watching) this.#schedule(limits.stateMissingMs);
    if (fingerprint === this.#seen) return;
    this.#seen = fingerprint;
    this.#deps.changed(fingerprint);
  }

  #watch(): boolean {
    if (this.#watcher !== undefined) this.#store.delete(this.#watcher);
    this.#watcher = undefined;
    try {
      const watcher = watch(this.#deps.stateDir, { persistent: false });
      this.#watcher = this.#store.add(toDisposable(() => watcher.close()));
      watcher.on('change', () => this.#schedule(limits.stateChangeMs));
      watcher.on('error', () => this.#schedule(limits.stateMissingMs));
      return true;
    } catch {
      // No such directory: the next look tries again.
      return false;
    }
  }

  /** Several writes at once are one look, and looks never overlap. */
  #schedule(ms: number): void {
    if (this.#looking) this.#again = true;
    if (this.#looking || this.#timer !== undefined || this.#store.disposed) return;
    const timer = this.#deps.clock.after(ms, () => {
      this.#store.delete(timer);
      this.#timer = undefined;
      void this.#look();
    });
    this.#timer = this.#store.add(timer);
  }
}
