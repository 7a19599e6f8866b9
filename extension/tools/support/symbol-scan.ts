/**
 * Finds files by their text whose language server lists symbols of a file but not of the workspace, or has not been
 * started because no such file was open yet.
 */
import * as vscode from 'vscode';
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import { hasServer } from './language-servers.ts';
import { openDocumentOf } from './workspace-path.ts';

const excluded = '**/{node_modules,.git}/**';
/** The TypeScript server searches by itself; JSON holds data, whose keys would drown what is declared. */
const leftOut: ReadonlySet<string> = new Set([
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'json',
  'jsonc',
  'jsonl',
  'snippets',
]);

const languagesSchema = z.object({
  contributes: z.object({
    languages: z.array(z.object({ id: z.string(), extensions: z.array(z.string()).optional() })),
  }),
});

interface Scan {
  readonly files: readonly vscode.Uri[];
  /** Why files may be missing, or undefined. */
  readonly reason: string | undefined;
}

/** Files of such languages whose text holds `text`, upper and lower case alike, by path. */
export async function filesWith(text: string, scope: vscode.Uri | undefined): Promise<Scan> {
  const extensions = scannedExtensions();
  if (extensions.length === 0) return { files: [], reason: undefined };
  const glob = `**/*{${extensions.join(',')}}`;
  const found = await vscode.workspace.findFiles(
    scope === undefined ? glob : new vscode.RelativePattern(scope, glob),
    excluded,
    limits.symbolScanMaxFiles,
  );
  const wanted = text.toLowerCase();
  const holding: vscode.Uri[] = [];
  for (const uri of found.toSorted((a, b) => a.path.localeCompare(b.path, 'en')))
    if ((await textOf(uri))?.toLowerCase().includes(wanted) === true) holding.push(uri);
  return {
    files: holding,
    reason: found.length < limits.symbolScanMaxFiles ? undefined : 'too many files to search: name a folder in path',
  };
}

function scannedExtensions(): string[] {
  const found = vscode.extensions.all.flatMap(({ packageJSON }) => {
    const languages = languagesSchema.safeParse(packageJSON).data?.contributes.languages ?? [];
    return languages.filter(({ id }) => !leftOut.has(id) && hasServer(id)).flatMap(({ extensions = [] }) => extensions);
  });
  return [...new Set(found)].filter((extension) => /^\.[\w.+-]+$/.test(extension));
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = openDocumentOf(uri);
  if (open !== undefined) return open.getText();
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return bytes.length > limits.symbolScanMaxBytes ? undefined : new TextDecoder().decode(bytes);
  } catch {
    // Gone since it was listed.
    return undefined;
  }
}
