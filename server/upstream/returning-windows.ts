import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { CancelSignal } from '../editors/cancellation.ts';
import type { EditorRegistry } from '../editors/editor-registry.ts';

export interface ReturningWindowsDeps {
  readonly registry: Pick<EditorRegistry, 'list' | 'onDidChange' | 'onDidOffer' | 'onDidForget'>;
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * The windows of the bridge before this one, until each has offered its servers again. Meanwhile a name that is not known
 * here may be one of theirs, and a call under a key may have been sent to it.
 */
export class ReturningWindows implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #awaited: Set<string>;
  /** Of windows that are back. */
  readonly #timers = new Map<string, Disposable>();

  /** Before any window can be linked: those that are known are of an earlier bridge. */
  constructor({ registry, clock }: ReturningWindowsDeps) {
    this.#awaited = new Set(registry.list().map(({ id }) => id));
    this.#store.add(registry.onDidOffer(({ window }) => this.#isBack(window.id)));
    this.#store.add(registry.onDidForget((id) => this.#isBack(id)));
    this.#store.add(
      registry.onDidChange(() => {
        for (const { id, readiness } of registry.list()) {
          if (readiness !== 'ready' || !this.#awaited.has(id) || this.#timers.has(id)) continue;
          // One with an older extension has none to offer, and does not say so.
          this.#timers.set(
            id,
            clock.after(limits.windowOfferMs, () => this.#isBack(id)),
          );
        }
      }),
    );
  }

  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** Resolves, after everybody has heard of it, when `found` or nobody is awaited any more, or when the signal aborts. */
  wait(found: () => boolean, signal: CancelSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!found() && this.isAwaiting && !signal.aborted) return;
        listener.dispose();
        signal.removeEventListener('abort', look);
        resolve();
      };
      const listener = this.#changes.event(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  #isBack(id: string): void {
    this.#timers.get(id)?.dispose();
    this.#timers.delete(id);
    this.#awaited.delete(id);
    this.#changes.fire();
  }

  dispose(): void {
    this.#awaited.clear();
    for (const timer of this.#timers.values()) timer.dispose();
    this.#changes.fire();
    this.#store.dispose();
  }
}
