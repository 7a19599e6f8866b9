import * as vscode from 'vscode';

/** What the person has not saved. The cells of a notebook are in no text document of its file. */
export function unsavedDocuments(): (vscode.TextDocument | vscode.NotebookDocument)[] {
  return [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments].filter(({ isDirty }) => isDirty);
}

/** Whether a file is open as a notebook whose cells are newer than the file. */
export function isUnsavedNotebook(uri: vscode.Uri): boolean {
  const wanted = uri.toString();
  return vscode.workspace.notebookDocuments.some((notebook) => notebook.isDirty && notebook.uri.toString() === wanted);
}
