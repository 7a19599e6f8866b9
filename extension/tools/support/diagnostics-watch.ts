import * as vscode from 'vscode';
import type { Clock } from '../../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import { hasTab } from './tabs.ts';
import { type WaitDeps, waitFor } from './wait.ts';

/** What language servers have done about one document since its present text stands. */
export type Answer =
  /** They have reported, and have been quiet since. */
  | 'settled'
  /** Nothing was reported on the present text in time, though this language's server does report. */
  | 'late'
  /** Nothing was reported, and no server has ever reported for this language in this window. */
  | 'silent';

interface Seen {
  /** Order of the document's last change, opening or tab change among all events. */
  readonly changed: number;
  /** Order and time of the last report. */
  readonly reported: number;
  readonly reportedMs: number;
  /** After the last report there was nothing to say about the document. */
  readonly isEmpty: boolean;
  /** The last change was a tab that closed: a report now may only take diagnostics back. */
  readonly tabClosed: boolean;
  /** The `changed` for which waiting has been given up before. */
  readonly gaveUp: number;
}

const unseen: Seen = { changed: 0, reported: 0, reportedMs: 0, isEmpty: true, tabClosed: false, gaveUp: -1 };

/**
 * Watches which documents have been reported on since they changed. VS Code does not tie diagnostics to a version: only
 * the order of events tells an old report from a new one.
 */
export class DiagnosticsWatch implements Disposable {
  readonly #seen = new Map<string, Seen>();
  readonly #reportingLanguages = new Set<string>();
  /** Those whose servers have had something to say about a document without a tab. */
  readonly #tablessLanguages = new Set<string>();
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  #order = 0;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    for (const [uri, items] of vscode.languages.getDiagnostics()) if (items.length > 0) this.#reported(uri);
    const { workspace, window, languages } = vscode;
    this.#store.add(workspace.onDidOpenTextDocument(({ uri }) => this.#changed(uri)));
    this.#store.add(
      workspace.onDidChangeTextDocument(
        ({ document, contentChanges }) => contentChanges.length > 0 && this.#changed(document.uri),
      ),
    );
    this.#store.add(workspace.onDidCloseTextDocument(({ uri }) => this.#seen.delete(uri.toString())));
    this.#store.add(languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.#reported(uri))));
    // Servers that look at tabs only answer anew when one opens, and take their answer back when it closes.
    this.#store.add(
      window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        for (const { input } of opened) if (input instanceof vscode.TabInputText) this.#changed(input.uri);
        for (const { input } of closed) if (input instanceof vscode.TabInputText) this.#changed(input.uri, true);
      }),
    );
  }

  #changed(uri: vscode.Uri, tabClosed = false): void {
    this.#order += 1;
    this.#update(uri, { changed: this.#order, tabClosed });
  }

  #update(uri: vscode.Uri, change: Partial<Seen>): void {
    const key = uri.toString();
    this.#seen.set(key, { ...unseen, ...this.#seen.get(key), ...change });
  }

  #reported(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#order += 1;
    const isEmpty = vscode.languages.getDiagnostics(uri).length === 0;
    this.#update(uri, { reported: this.#order, reportedMs: this.#clock.now(), isEmpty });
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === key);
    if (document === undefined) return;
    const tab = hasTab(uri);
    if (tab || !isEmpty) this.#reportingLanguages.add(document.languageId);
    if (!tab && !isEmpty && this.#seen.get(key)?.tabClosed !== true) this.#tablessLanguages.add(document.languageId);
  }

  /**
   * Waits until servers have reported on the document's present text and gone quiet, at most until `endMs` of the clock.
   * Without a tab most servers stay mute, so the wait is short then, and made only once for a text. A report of nothing
   * counts only from servers that speak there: linters that look at few files say nothing about the others, too.
   */
  async settle(document: vscode.TextDocument, isShown: boolean, deps: WaitDeps, endMs: number): Promise<Answer> {
    const { uri, languageId } = document;
    const shortEndMs = Math.min(endMs, deps.clock.now() + limits.diagnosticsSilenceMs);
    for (;;) {
      const seen = this.#seen.get(uri.toString()) ?? unseen;
      const counts = isShown || !seen.isEmpty || this.#tablessLanguages.has(languageId);
      const answered = counts && seen.reported > seen.changed && !seen.tabClosed;
      const nowMs = deps.clock.now();
      const quietEndMs = answered ? seen.reportedMs + limits.diagnosticsQuietMs : Number.POSITIVE_INFINITY;
      if (nowMs >= quietEndMs) return 'settled';
      const reports = this.#reportingLanguages.has(languageId);
      const patient = answered || (isShown && reports);
      const untilMs = Math.min(quietEndMs, patient ? endMs : shortEndMs);
      if (nowMs >= untilMs || (!patient && seen.gaveUp === seen.changed)) {
        if (!patient && nowMs < endMs) this.#update(uri, { gaveUp: seen.changed });
        return reports ? 'late' : 'silent';
      }
      await waitFor(deps, untilMs - nowMs, (wake) => this.#onMention(uri, wake));
    }
  }

  #onMention(uri: vscode.Uri, wake: () => void): Disposable {
    const key = uri.toString();
    return vscode.languages.onDidChangeDiagnostics(
      ({ uris }) => uris.some((other) => other.toString() === key) && wake(),
    );
  }

  dispose(): void {
    this.#store.dispose();
    this.#seen.clear();
  }
}
