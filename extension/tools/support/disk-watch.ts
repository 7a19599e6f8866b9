import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import { type WaitDeps, waitFor } from './wait.ts';

/** A file or folder that changed at a time (wall clock, milliseconds). */
export interface DiskChange {
  readonly path: string;
  readonly changedMs: number;
}

/**
 * Notes what VS Code's file watcher has told. Language servers that watch through VS Code are told by the same events,
 * so what was told here has reached them.
 */
export class DiskWatch implements Disposable {
  /** Wall time of the last event of a path, and of anything directly in a folder; the oldest first. */
  readonly #toldMs = new Map<string, number>();
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #told = this.#store.add(new vscode.EventEmitter<void>());

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher('**/*'));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete])
      this.#store.add(event(({ fsPath }) => this.#note(fsPath)));
  }

  #note(path: string): void {
    for (const key of [path, dirname(path)]) {
      this.#toldMs.delete(key);
      this.#toldMs.set(key, this.#clock.wallMs());
    }
    for (const oldest of this.#toldMs.keys()) {
      if (this.#toldMs.size <= limits.diskWatchMaxPaths) break;
      this.#toldMs.delete(oldest);
    }
    this.#told.fire();
  }

  /**
   * Waits until the watcher has told of all changes and its listeners have passed them on, at most until `endMs` of the
   * clock.
   *
   * @returns whether it has
   */
  async reached(changes: readonly DiskChange[], deps: WaitDeps, endMs: number): Promise<boolean> {
    const untold = () => changes.some(({ path, changedMs }) => (this.#toldMs.get(path) ?? 0) < changedMs);
    while (untold()) {
      const leftMs = endMs - deps.clock.now();
      if (leftMs <= 0) return false;
      await waitFor(deps, leftMs, (wake) => this.#told.event(wake));
    }
    const lastMs = Math.max(0, ...changes.map(({ path }) => this.#toldMs.get(path) ?? 0));
    const passOnMs = lastMs + limits.watcherPassOnMs - deps.clock.wallMs();
    if (passOnMs > 0) await waitFor(deps, passOnMs, () => ({ dispose: () => {} }));
    return true;
  }

  dispose(): void {
    this.#store.dispose();
    this.#toldMs.clear();
  }
}
