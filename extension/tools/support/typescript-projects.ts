/** Makes the TypeScript server load the workspace's projects: it knows only those that have a file open. */
import * as vscode from 'vscode';
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import { isTypeScript, typeScriptLoaded } from './typescript-diagnostics.ts';
import type { WaitDeps } from './wait.ts';

const configs = '**/{tsconfig,jsconfig}.json';
const sources = '*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';
const excluded = '**/{node_modules,.git}/**';

const configSchema = z.object({
  files: z.array(z.string()).optional(),
  include: z.array(z.string()).optional(),
});

/**
 * Opens a file of each project below or around a folder, without a tab, and waits until the projects are loaded.
 *
 * @param scope undefined: the whole workspace
 * @returns why symbols may be missing, or undefined
 */
export async function loadTypeScriptProjects(
  scope: vscode.Uri | undefined,
  deps: WaitDeps,
  endMs: number,
): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles(configs, excluded, limits.symbolScanMaxFiles);
  const folders = found
    .map((uri) => vscode.Uri.joinPath(uri, '..'))
    .filter((folder) => scope === undefined || isWithin(folder, scope) || isWithin(scope, folder));
  const chosen = folders.toSorted((a, b) => a.path.length - b.path.length).slice(0, limits.symbolProjectsMax);
  const files = chosen.length === 0 ? [await anySource(scope)] : await Promise.all(chosen.map(sourceOf));
  for (const uri of files) {
    if (uri === undefined) continue;
    const document = await vscode.workspace.openTextDocument(uri);
    if (isTypeScript(document) && (await typeScriptLoaded(uri, deps, endMs)) !== true)
      return 'a TypeScript project is still loading; call again in a moment';
  }
  return chosen.length < folders.length
    ? `only ${chosen.length} of ${folders.length} TypeScript projects were loaded: name a folder in path`
    : undefined;
}

function isWithin(folder: vscode.Uri, uri: vscode.Uri): boolean {
  return uri.scheme === folder.scheme && (uri.path === folder.path || uri.path.startsWith(`${folder.path}/`));
}

async function anySource(scope: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments.find(isTypeScript);
  if (open !== undefined) return open.uri;
  const pattern = scope === undefined ? `**/${sources}` : new vscode.RelativePattern(scope, `**/${sources}`);
  return (await vscode.workspace.findFiles(pattern, excluded, 1))[0];
}

/** A file of the project in this folder: one that is open, else one that its configuration names. */
async function sourceOf(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments.find(
    (document) => isTypeScript(document) && isWithin(folder, document.uri),
  );
  if (open !== undefined) return open.uri;
  const { files = [], include = [] } = await configIn(folder);
  const [first] = files;
  if (first !== undefined) return vscode.Uri.joinPath(folder, first);
  const patterns = include.map((pattern) =>
    /\.[cm]?[jt]sx?$/.test(pattern) ? pattern : `${pattern.replace(/[*/.]+$/, '').replace(/^\.\//, '')}/**/${sources}`,
  );
  for (const pattern of [...patterns, `**/${sources}`]) {
    const relative = new vscode.RelativePattern(folder, pattern.replace(/^\//, ''));
    const [found] = await vscode.workspace.findFiles(relative, excluded, 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What can be read of a configuration without its comments; a broken one says nothing. */
async function configIn(folder: vscode.Uri): Promise<z.infer<typeof configSchema>> {
  for (const name of ['tsconfig.json', 'jsconfig.json']) {
    try {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name));
      const text = new TextDecoder()
        .decode(bytes)
        .replaceAll(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
        .replaceAll(/,(\s*[\]}])/g, '$1');
      return configSchema.safeParse(JSON.parse(text)).data ?? {};
    } catch {
      // Not this name, or no JSON: the next one, or any source file, will do.
    }
  }
  return {};
}
