/** What a document's file holds, as VS Code would load it. */
import * as vscode from 'vscode';
import { statOf } from './document.ts';

interface FileText {
  readonly kind: 'text';
  /** In the document's own encoding, without a byte order mark. */
  readonly text: string;
}

type DiskText =
  | FileText
  /** Deleted, or a virtual document. */
  | { readonly kind: 'no_file' }
  /** Something is there that VS Code can't load into the buffer; `why` says what. */
  | { readonly kind: 'no_text'; readonly why: string };

export async function readDisk(document: vscode.TextDocument): Promise<DiskText> {
  const { uri, encoding } = document;
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    return unreadable(uri, error);
  }
  try {
    return { kind: 'text', text: await vscode.workspace.decode(bytes, { encoding }) };
  } catch {
    // It says no more than that it is binary.
    return { kind: 'no_text', why: 'the file on disk is not text any more' };
  }
}

async function unreadable(uri: vscode.Uri, error: unknown): Promise<DiskText> {
  const isMissing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
  const stat = isMissing ? undefined : await statOf(uri);
  if (stat === undefined) return { kind: 'no_file' };
  const isFolder = (stat.type & vscode.FileType.Directory) !== 0;
  const why = isFolder ? 'there is a folder in the place of the file' : 'the file on disk cannot be read';
  return { kind: 'no_text', why };
}
