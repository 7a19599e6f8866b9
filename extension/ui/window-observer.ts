import * as vscode from 'vscode';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { WindowInfo } from '../../shared/protocol.ts';
import { unsavedDocuments } from '../tools/support/unsaved.ts';

type Revisions = NonNullable<WindowInfo['revisions']>;

function describeWindow(revisions: Revisions): WindowInfo {
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
    dirtyCount: unsavedDocuments().length,
    activeFile: active === undefined ? null : vscode.workspace.asRelativePath(active.uri),
    revisions,
  };
}

/** Describes this window, and tells when the description has changed, at most once per `limits.eventCoalesceMs`. */
export class WindowObserver implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<Partial<WindowInfo>>());
  readonly onDidChange = this.#changed.event;
  readonly #clock: Clock;
  #revisions: Revisions = { context: 0, diagnostics: 0 };
  /** Each field as it was last told, serialised. */
  readonly #published = new Map(Object.entries(this.describe()).map(([key, value]) => [key, JSON.stringify(value)]));
  #pending: Disposable | undefined;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
    const schedule = () => this.#schedule();
    const revise = (part: keyof Revisions) => () => {
      this.#revisions = { ...this.#revisions, [part]: this.#revisions[part] + 1 };
      this.#schedule();
    };
    const reviseContext = revise('context');
    for (const subscription of [
      vscode.window.onDidChangeWindowState(schedule),
      vscode.window.onDidChangeActiveTextEditor(reviseContext),
      vscode.window.onDidChangeTextEditorSelection(reviseContext),
      vscode.window.tabGroups.onDidChangeTabs(reviseContext),
      vscode.window.tabGroups.onDidChangeTabGroups(reviseContext),
      vscode.workspace.onDidChangeWorkspaceFolders(schedule),
      vscode.workspace.onDidGrantWorkspaceTrust(schedule),
      vscode.workspace.onDidChangeTextDocument(schedule),
      vscode.workspace.onDidSaveTextDocument(schedule),
      vscode.workspace.onDidCloseTextDocument(schedule),
      vscode.workspace.onDidChangeNotebookDocument(schedule),
      vscode.workspace.onDidSaveNotebookDocument(schedule),
      vscode.workspace.onDidCloseNotebookDocument(schedule),
      vscode.languages.onDidChangeDiagnostics(revise('diagnostics')),
    ]) {
      this.#store.add(subscription);
    }
  }

  /** What this window says of itself, now. */
  describe(): WindowInfo {
    return describeWindow(this.#revisions);
  }

  #schedule(): void {
    if (this.#pending !== undefined || this.#store.disposed) return;
    this.#pending = this.#store.add(this.#clock.after(limits.eventCoalesceMs, () => this.#publish()));
  }

  #publish(): void {
    if (this.#pending !== undefined) this.#store.delete(this.#pending);
    this.#pending = undefined;
    const changes = Object.entries(this.describe()).filter(([key, value]) => {
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
