/** Who may import a file, told from texts: by name, so rather one too many. */
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { openDocumentOf } from './workspace-path.ts';

/** Texts by path, as the editor holds them or else from the disk. */
export async function textsOf(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await textAt(path)] as const)));
}

async function textAt(path: string): Promise<string> {
  return openDocumentOf(vscode.Uri.file(path))?.getText() ?? readFile(path, 'utf8').catch(() => '');
}

/** Whether a text has a file's name, or for an index file its folder's, at the end of a quotation. */
export function importsFile(path: string): (text: string) => boolean {
  const stem = basename(path).replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  const name = (stem === 'index' ? basename(dirname(path)) : stem).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const quoted = new RegExp(`[/'"\`]${name}(\\.[cm]?[jt]sx?|/index)?['"\`]`);
  return (text) => quoted.test(text);
}
