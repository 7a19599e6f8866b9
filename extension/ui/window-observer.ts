import * as vscode from 'vscode';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { WindowInfo } from '../../shared/protocol.ts';

/** What this window says of itself, now. */
export function describeWindow(): WindowInfo {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const active = vscode.window.activeTextEditor?.document;
  return {
    name: vscode.workspace.name ?? 'no folder',
    folders: folders.map(({ name, uri }) => ({ name, path: uri.fsPath, uri: uri.toString() })),
    remote: vscode.env.remoteName ?? null,
    trusted: vscode.workspace.isTrusted,
    focused: vscode.window.state.focused,
    app: vscode.env.appName,
    appVersion: vscode.version,
    dirtyCount: vscode.workspace.textDocuments.filter((document) => document.isDirty).length,
    activeFile: active === undefined ? null : vscode.workspace.asRelativePath(active.uri),
  };
}

/** Tells when `describeWindow` has changed, at most once per `limits.eventCoalesceMs`. */
export class WindowObserver implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<Partial<WindowInfo>>());
  readonly onDidChange = this.#changed.event;
  readonly #clock: Clock;
  /** Each field as it was last told, serialised. */
  readonly #published = new Map(Object.entries(describeWindow()).map(([key, value]) => [key, JSON.stringify(value)]));
  #pending: Disposable | undefined;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
    const schedule = () => this.#schedule();
    for (const subscription of [
      vscode.window.onDidChangeWindowState(schedule),
      vscode.window.onDidChangeActiveTextEditor(schedule),
      vscode.workspace.onDidChangeWorkspaceFolders(schedule),
      vscode.workspace.onDidGrantWorkspaceTrust(schedule),
      vscode.workspace.onDidChangeTextDocument(schedule),
      vscode.workspace.onDidSaveTextDocument(schedule),
      vscode.workspace.onDidCloseTextDocument(schedule),
    ]) {
      this.#store.add(subscription);
    }
  }

  #schedule(): void {
    if (this.#pending !== undefined || this.#store.disposed) return;
    this.#pending = this.#store.add(this.#clock.after(limits.eventCoalesceMs, () => this.#publish()));
  }

  #publish(): void {
    if (this.#pending !== undefined) this.#store.delete(this.#pending);
    this.#pending = undefined;
    const changes = Object.entries(describeWindow()).filter(([key, value]) => {
      const json = JSON.stringify(value);
      const changed = this.#published.get(key) !== json;
      this.#published.set(key, json);
      return changed;
    });
    if (changes.length > 0) this.#changed.fire(Object.fromEntries(changes));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
