import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { statOf } from './document.ts';
import { hasTab } from './tabs.ts';
import { openDocumentOf } from './workspace-path.ts';

const noLanguage = 'plaintext';

/**
 * Documents whose files are gone, but which VS Code holds for some minutes more because a tool opened them. Language
 * servers go on counting them in: imports of a deleted file still seem to work. No API closes such a document; without
 * its language, though, its server lets go of it. It gets the language back as soon as there is a file again.
 */
export class ReleasedDocuments implements Disposable {
  /** Language of each by its URI. */
  readonly #languages = new Map<string, string>();
  readonly #store = new DisposableStore();

  /** @param onTold what the file watcher tells */
  constructor({ onTold }: { readonly onTold: vscode.Event<vscode.Uri> }) {
    this.#store.add(onTold((uri) => void this.#restore(uri)));
    this.#store.add(
      vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
        for (const { input } of opened) if (input instanceof vscode.TabInputText) void this.#restore(input.uri);
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
    await Promise.all([...this.#languages.keys()].map((uri) => this.#restore(vscode.Uri.parse(uri))));
    const suspects = vscode.workspace.textDocuments.filter(
      (document) => document.uri.scheme === 'file' && isServed(document) && mayBeGone(document.uri.fsPath),
    );
    for (const document of suspects) {
      const { uri, isDirty, languageId } = document;
      if (isDirty || hasTab(uri) || (await statOf(uri)) !== undefined) continue;
      this.#languages.set(uri.toString(), languageId);
      await vscode.languages.setTextDocumentLanguage(document, noLanguage);
    }
  }

  async #restore(uri: vscode.Uri): Promise<void> {
    const language = this.#languages.get(uri.toString());
    if (language === undefined) return;
    const document = openDocumentOf(uri);
    if (document !== undefined && !hasTab(uri) && (await statOf(uri)) === undefined) return;
    this.#languages.delete(uri.toString());
    // Somebody else may have chosen a language since; a document that VS Code dropped starts with its own again.
    if (document !== undefined && !document.isClosed && document.languageId === noLanguage)
      await vscode.languages.setTextDocumentLanguage(document, language);
  }

  dispose(): void {
    this.#store.dispose();
    this.#languages.clear();
  }
}
