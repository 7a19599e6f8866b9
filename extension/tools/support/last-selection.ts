import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';

export interface SelectionState {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
  readonly text: string;
  /** Whether it is still selected in the active editor. */
  readonly current: boolean;
}

/** Remembers the last text that the person selected: it is often gone by the time an agent asks. */
export class LastSelection implements Disposable {
  #last: Omit<SelectionState, 'current'> | undefined;
  readonly #store = new DisposableStore();

  constructor() {
    const note = (editor: vscode.TextEditor | undefined) => {
      this.#last = read(editor) ?? this.#last;
    };
    note(vscode.window.activeTextEditor);
    this.#store.add(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => note(textEditor)));
    this.#store.add(vscode.window.onDidChangeActiveTextEditor(note));
  }

  get state(): SelectionState | undefined {
    const now = read(vscode.window.activeTextEditor);
    if (now !== undefined) return { ...now, current: true };
    return this.#last === undefined ? undefined : { ...this.#last, current: false };
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function read(editor: vscode.TextEditor | undefined): Omit<SelectionState, 'current'> | undefined {
  // The output panel is an editor too, but nothing that an agent is asked about.
  if (editor === undefined || editor.selection.isEmpty || editor.document.uri.scheme === 'output') return undefined;
  const { document, selection } = editor;
  const range = new vscode.Range(selection.start, selection.end);
  // One unit more than is shown tells that it was cut, without keeping a whole file.
  const start = document.offsetAt(range.start);
  const end = Math.min(document.offsetAt(range.end), start + limits.selectionMaxChars + 1);
  return { uri: document.uri, range, text: document.getText(new vscode.Range(range.start, document.positionAt(end))) };
}
