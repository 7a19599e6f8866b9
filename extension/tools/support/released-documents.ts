import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { statOf } from './document.ts';
import { isBehind } from './freshness.ts';
import { openDocumentOf } from './workspace-path.ts';

const noLanguage = 'plaintext';

/**
 * Documents that are not what is on the disk, and that VS Code holds on to: for some minutes because a tool opened them,
 * or for a tab in the background. Their files are gone, or came back with their folder, which VS Code does not notice.
 * Language servers go by such a document: imports of a deleted file still seem to work. No API closes or reloads it;
 * without its language, though, its server lets go of it. It gets the language back as soon as it is what is on the disk
 * or the person looks at it.
 */
export class ReleasedDocuments implements Disposable {
  /** Language of each by its URI. */
  readonly #languages = new Map<string, string>();
  readonly #store = new DisposableStore();

  /** @param onTold what the file watcher tells */
  constructor({ onTold }: { readonly onTold: vscode.Event<vscode.Uri> }) {
    this.#store.add(onTold((uri) => void this.restore(uri)));
    this.#store.add(
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) void this.restore(document.uri);
      }),
    );
  }

  /**
   * @param isServed whether a document's language server is one that holds on to it
   * @param mayBeGone rules out documents whose files are known to be there
   */
  async update(
    isServed: (document: vscode.TextDocument) => boolean,
    mayBeGone: (path: string) => boolean,
  ): Promise<void> {
    await Promise.all([...this.#languages.keys()].map((uri) => this.restore(vscode.Uri.parse(uri))));
    const suspects = vscode.workspace.textDocuments.filter(
      (document) => document.uri.scheme === 'file' && isServed(document) && mayBeGone(document.uri.fsPath),
    );
    for (const document of suspects) if ((await statOf(document.uri)) === undefined) await this.release(document);
  }

  /** @returns whether it was: not what is unsaved or seen */
  async release(document: vscode.TextDocument): Promise<boolean> {
    const { uri, languageId, isDirty } = document;
    if (isDirty || isVisible(uri)) return false;
    if (languageId === noLanguage) return true;
    this.#languages.set(uri.toString(), languageId);
    await setLanguage(document, noLanguage);
    return true;
  }

  /** Gives a document its language back if it is what is on the disk. */
  async restore(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const language = this.#languages.get(key);
    if (language === undefined) return;
    const document = openDocumentOf(uri);
    if (document !== undefined && !isVisible(uri) && ((await statOf(uri)) === undefined || (await isBehind(document))))
      return;
    if (this.#languages.delete(key)) await giveBack(uri, language);
  }

  dispose(): void {
    this.#store.dispose();
    for (const [uri, language] of this.#languages) void giveBack(vscode.Uri.parse(uri), language);
    this.#languages.clear();
  }
}

function isVisible(uri: vscode.Uri): boolean {
  const wanted = uri.toString();
  return vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === wanted);
}

async function giveBack(uri: vscode.Uri, language: string): Promise<void> {
  const document = openDocumentOf(uri);
  // Somebody else may have chosen a language since; a document that VS Code dropped starts with its own again.
  if (document?.languageId === noLanguage) await setLanguage(document, language);
}

async function setLanguage(document: vscode.TextDocument, language: string): Promise<void> {
  try {
    await vscode.languages.setTextDocumentLanguage(document, language);
  } catch {
    // VS Code has dropped the document meanwhile: its server has let go of it, too.
  }
}
