import * as vscode from 'vscode';

/** Whether a person can see the document, in whatever window group: as a file, or as the right side of a comparison. */
export function hasTab(uri: vscode.Uri): boolean {
  const wanted = uri.toString();
  return vscode.window.tabGroups.all.some((group) =>
    group.tabs.some(
      ({ input }) =>
        (input instanceof vscode.TabInputText && input.uri.toString() === wanted) ||
        (input instanceof vscode.TabInputTextDiff &&
          (input.modified.toString() === wanted || input.original.toString() === wanted)),
    ),
  );
}
