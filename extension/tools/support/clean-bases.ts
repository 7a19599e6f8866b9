import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { withEol } from './text-lines.ts';
import { textSha } from './text-sha.ts';

interface CleanState {
  readonly version: number;
  readonly sha: string;
}

/** The sha that compares buffer and disk: a file of mixed line ends is evened out when VS Code loads it. */
export function comparableSha(text: string): string {
  return textSha(withEol(text, '\n'));
}

/**
 * Remembers, per open document, the text that it last shared with its file. Only so can a file that changed under
 * unsaved work be told from one that did not.
 */
export class CleanBases implements Disposable {
  /** The last two clean states: the younger one may turn out to be the first unsaved keystroke. */
  readonly #states = new Map<string, readonly CleanState[]>();
  readonly #store = new DisposableStore();

  constructor() {
    for (const document of vscode.workspace.textDocuments) this.#note(document);
    this.#store.add(vscode.workspace.onDidOpenTextDocument((document) => this.#note(document)));
    this.#store.add(vscode.workspace.onDidSaveTextDocument((document) => this.#note(document)));
    this.#store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#note(document)));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#states.delete(uri.toString())));
  }

  /** sha (`comparableSha`) of the file's text when the document's unsaved changes began; undefined when that was before us. */
  baseOf(document: vscode.TextDocument): string | undefined {
    return this.#states.get(document.uri.toString())?.at(-1)?.sha;
  }

  /**
   * An edit arrives in two events: its text first, still clean, then that the document is dirty. So what looked clean
   * at the version that turned dirty never was on disk.
   */
  #note(document: vscode.TextDocument): void {
    if (document.uri.scheme === 'untitled') return;
    const key = document.uri.toString();
    const states = this.#states.get(key) ?? [];
    if (!document.isDirty) {
      const state = { version: document.version, sha: comparableSha(document.getText()) };
      this.#states.set(key, [...states.filter(({ version }) => version < state.version), state].slice(-2));
      return;
    }
    const stillClean = states.length > 0 && states.every(({ version }) => version < document.version);
    if (!stillClean)
      this.#states.set(
        key,
        states.filter(({ version }) => version < document.version),
      );
  }

  dispose(): void {
    this.#store.dispose();
    this.#states.clear();
  }
}
