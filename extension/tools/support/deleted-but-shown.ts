/** Files that are gone while the person looks at them: a language server counts them in, and imports still seem to work. */
import * as vscode from 'vscode';
import type { DiskWatch } from './disk-watch.ts';
import { statOf } from './document.ts';
import type { FileStamps } from './file-stamps.ts';
import { importsFile, textsOf } from './import-texts.ts';
import { isTypeScript } from './typescript-diagnostics.ts';
import { shownPath } from './workspace-path.ts';

/** @param known files that are there for sure */
export async function deletedButShown(known: FileStamps | undefined): Promise<vscode.Uri[]> {
  const suspects = vscode.workspace.textDocuments.filter(
    (document) =>
      document.uri.scheme === 'file' &&
      !document.isDirty &&
      isTypeScript(document) &&
      known?.has(document.uri.fsPath) !== true,
  );
  const stats = await Promise.all(suspects.map(({ uri }) => statOf(uri)));
  return suspects.filter((_, at) => stats[at] === undefined).map(({ uri }) => uri);
}

/**
 * Files that may be judged by such a one, through however many imports.
 *
 * @returns the file that is gone, by the path of each that may depend on it
 */
export async function dependentsOfDeleted({ known }: DiskWatch): Promise<ReadonlyMap<string, vscode.Uri>> {
  const found = new Map<string, vscode.Uri>();
  const gone = await deletedButShown(known?.stamps);
  if (gone.length === 0) return found;
  const texts = await textsOf([...(known?.stamps.keys() ?? [])].filter((path) => !path.endsWith('.json')));
  for (const cause of gone) {
    const pending = [cause.fsPath];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const importsIt = importsFile(at);
      for (const [path, text] of texts) {
        if (found.has(path) || !importsIt(text)) continue;
        found.set(path, cause);
        pending.push(path);
      }
    }
  }
  return found;
}

/** What to say about an answer that counts one in. */
export function deletedButCounted(uri: vscode.Uri): string {
  return `${shownPath(uri)} was deleted, but an editor shows it and the language server still counts it in`;
}
