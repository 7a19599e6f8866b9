import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { FileStamps } from './file-stamps.ts';
import { ReleasedDocuments } from './released-documents.ts';
import { type WaitDeps, waitFor } from './wait.ts';

export interface DiskChange {
  readonly path: string;
  /** A file that came or changed, one that went, or a folder in which something did. */
  readonly kind: 'written' | 'gone' | 'inside';
  /** Wall clock, milliseconds: what was told before is about something older. */
  readonly sinceMs: number;
}

/** The files as a language server knows them: at that time (wall clock) all was told. */
export interface KnownFiles {
  readonly stamps: FileStamps;
  readonly atMs: number;
}

/**
 * Notes what VS Code's file watcher has told. Language servers that watch through VS Code are told by the same events,
 * so what was told here has reached them.
 */
export class DiskWatch implements Disposable {
  /** Wall time of the last event of a kind about a path; the oldest first. */
  readonly #toldMs = {
    written: new Map<string, number>(),
    gone: new Map<string, number>(),
    inside: new Map<string, number>(),
  };
  /** Since when (wall time) a change waits to be told. */
  #waiting = new Map<string, number>();
  readonly #clock: Clock;
  /** Wall time from which on it was told of changes. */
  readonly startedMs: number;
  readonly #store = new DisposableStore();
  readonly #told = this.#store.add(new vscode.EventEmitter<vscode.Uri>());
  /** Undefined until somebody has caught up for the first time. */
  known: KnownFiles | undefined;
  /** Files whose editors show an older text, for longer than VS Code needs to load them. */
  readonly stale = new Set<string>();
  readonly released = this.#store.add(new ReleasedDocuments({ onTold: this.#told.event }));

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.startedMs = clock.wallMs();
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher('**/*'));
    this.#store.add(watcher.onDidChange((uri) => this.#note(uri, 'written')));
    this.#store.add(watcher.onDidCreate((uri) => this.#note(uri, 'written')));
    this.#store.add(watcher.onDidDelete((uri) => this.#note(uri, 'gone')));
  }

  #note(uri: vscode.Uri, kind: 'written' | 'gone'): void {
    const nowMs = this.#clock.wallMs();
    note(this.#toldMs[kind], uri.fsPath, nowMs);
    note(this.#toldMs.inside, dirname(uri.fsPath), nowMs);
    this.#told.fire(uri);
  }

  /** When it was told. A folder that moves or goes is told of without its files. */
  #toldOf({ path, kind }: DiskChange): number {
    const told = this.#toldMs[kind];
    if (kind === 'inside') return told.get(path) ?? 0;
    let last = 0;
    for (let at = path; ; at = dirname(at)) {
      last = Math.max(last, told.get(at) ?? 0);
      if (dirname(at) === at) return last;
    }
  }

  /**
   * Waits until the watcher has told of all changes and its listeners have passed them on, at most until `endMs` of the
   * clock. What is older than this watcher is not told of any more, and what an earlier call waited for in vain for `watcherLagMaxMs` is not waited for again: some folders are not
   * watched.
   *
   * @returns whether it has, or never will
   */
  async reached(changes: readonly DiskChange[], deps: WaitDeps, endMs: number): Promise<boolean> {
    const startMs = this.#clock.wallMs();
    const waiting = new Map(changes.map(({ path }) => [path, this.#waiting.get(path) ?? startMs]));
    this.#waiting = waiting;
    const awaited = changes.filter(
      ({ path, sinceMs }) =>
        sinceMs >= this.startedMs && startMs - (waiting.get(path) ?? startMs) < limits.watcherLagMaxMs,
    );
    while (awaited.some((change) => this.#toldOf(change) < change.sinceMs)) {
      const leftMs = endMs - deps.clock.now();
      if (leftMs <= 0) return false;
      await waitFor(deps, leftMs, (wake) => this.#told.event(wake));
    }
    const lastMs = Math.max(0, ...changes.map((change) => this.#toldOf(change)));
    const passOnMs = lastMs + limits.watcherPassOnMs - this.#clock.wallMs();
    if (passOnMs > 0) await waitFor(deps, passOnMs, () => ({ dispose: () => {} }));
    return true;
  }

  dispose(): void {
    this.#store.dispose();
    for (const told of Object.values(this.#toldMs)) told.clear();
  }
}

function note(told: Map<string, number>, path: string, nowMs: number): void {
  told.delete(path);
  told.set(path, nowMs);
  for (const oldest of told.keys()) {
    if (told.size <= limits.diskWatchMaxPaths) break;
    told.delete(oldest);
  }
}
