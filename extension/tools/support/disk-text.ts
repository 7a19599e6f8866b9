/** What a document's file holds, as VS Code would load it. */
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { eolOf, statOf } from './document.ts';
import type { WaitDeps } from './wait.ts';

interface FileText {
  readonly kind: 'text';
  /** In the document's own encoding, without a byte order mark. */
  readonly text: string;
  readonly bytes: Uint8Array;
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
    return { kind: 'text', text: await vscode.workspace.decode(bytes, { encoding }), bytes };
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

/**
 * Whether a buffer of the same lines is what VS Code makes of the file. If not, it is going to load it anew, and refuses
 * to save over it until then.
 */
export async function isLoadedAlike(
  document: vscode.TextDocument,
  { text, bytes }: FileText,
  { clock }: Pick<WaitDeps, 'clock'>,
): Promise<boolean> {
  const eol = loadedEol(text);
  if (eol !== undefined && eol !== eolOf(document)) return false;
  const { uri, encoding } = document;
  const wantsMark = encoding === 'utf8bom';
  if ((encoding !== 'utf8' && !wantsMark) || wantsMark === hasMark(bytes)) return true;
  // The mark came or went a moment ago. Or it is not what the person chose for this file: then it stays so.
  const stat = await statOf(uri);
  return stat === undefined || clock.wallMs() - stat.mtime > limits.watcherLagMaxMs;
}

/** The line end that VS Code evens a file out to: that of most lines. undefined where there is none. */
function loadedEol(text: string): '\n' | '\r\n' | undefined {
  if (!text.includes('\r')) return text.includes('\n') ? '\n' : undefined;
  let all = 0;
  let returns = 0;
  for (const [end] of text.matchAll(/\r\n|\r|\n/g)) {
    all += 1;
    if (end !== '\n') returns += 1;
  }
  return returns > all / 2 ? '\r\n' : '\n';
}

/** Whether the file holds bytes that its encoding has no character for. The next save would put others in their place. */
export async function losesBytes({ encoding }: vscode.TextDocument, { text, bytes }: FileText): Promise<boolean> {
  if (!text.includes('\uFFFD')) return false;
  const again = await vscode.workspace.encode(text, { encoding });
  return Buffer.compare(withoutMark(bytes), withoutMark(again)) !== 0;
}

/** Byte order marks of UTF-8 and of UTF-16. */
const marks = [Buffer.of(0xef, 0xbb, 0xbf), Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)] as const;
const [utf8Mark] = marks;

const startsWith = (bytes: Uint8Array, mark: Uint8Array) => Buffer.compare(bytes.subarray(0, mark.length), mark) === 0;

const hasMark = (bytes: Uint8Array) => startsWith(bytes, utf8Mark);

function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(marks.find((mark) => startsWith(bytes, mark))?.length ?? 0);
}
