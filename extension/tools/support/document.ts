import * as vscode from 'vscode';
import { HoldfastError, messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import { hasTab } from './tabs.ts';
import type { LineSource } from './text-lines.ts';
import { openDocumentOf, type Target } from './workspace-path.ts';

/**
 * The target's document, opened without a tab where it is not open yet.
 *
 * @throws HoldfastError `not_found`, `not_a_file` (a folder, a binary file), `too_large`
 */
export async function openDocument({ uri, shown }: Target): Promise<vscode.TextDocument> {
  const open = openDocumentOf(uri);
  // VS Code holds a document that a tool opened for some minutes, also when its file is gone.
  if (open !== undefined && (open.uri.scheme !== 'file' || open.isDirty || hasTab(uri))) return open;
  const stat = await statOf(uri);
  if (stat === undefined)
    throw new HoldfastError('not_found', `There is no file ${shown}.`, {
      hint: 'Check the path; edit_buffer creates files with `create`.',
    });
  if ((stat.type & vscode.FileType.Directory) !== 0)
    throw new HoldfastError('not_a_file', `${shown} is a folder.`, { hint: 'Name a file in it.' });
  if (open !== undefined) return open;
  if (stat.size > limits.fileMaxBytes) {
    throw new HoldfastError('too_large', `${shown} has ${stat.size} bytes; the limit is ${limits.fileMaxBytes}.`, {
      hint: 'Read it with a tool of your own.',
    });
  }
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new HoldfastError('not_a_file', `VS Code cannot open ${shown} as text: ${messageOf(error)}`, {
      hint: 'Only text files can be read here.',
      cause: error,
    });
  }
}

/** The file's stat, or undefined when there is none or it can't be reached. */
export async function statOf(uri: vscode.Uri): Promise<vscode.FileStat | undefined> {
  try {
    return await vscode.workspace.fs.stat(uri);
  } catch {
    // FileNotFound, a vanished parent or an unreachable provider: there is nothing to read either way.
    return undefined;
  }
}

/** A document as something to check positions against. */
export function lineSource(document: vscode.TextDocument, path: string): LineSource {
  return { path, lineCount: document.lineCount, lineLength: (line) => document.lineAt(line - 1).text.length };
}

export function eolOf(document: vscode.TextDocument): '\n' | '\r\n' {
  return document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
}
