/** Makes the TypeScript server load the workspace's projects: it knows only those that have a file open. */
import * as vscode from 'vscode';
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import { statOf } from './document.ts';
import { pathFilter } from './glob.ts';
import { isTypeScript, typeScriptLoaded } from './typescript-diagnostics.ts';
import type { WaitDeps } from './wait.ts';
import { shownPath } from './workspace-path.ts';

const configs = '**/{tsconfig,jsconfig}.json';
/** Scripts last: in a project of another language they are often its output, which does not belong to it. */
const sources = ['*.{ts,tsx,mts,cts}', '*.{js,jsx,mjs,cjs}'] as const;
const anySourceName = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';
const excluded = '**/{node_modules,.git}/**';

const configSchema = z.object({
  files: z.array(z.string()).optional(),
  include: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
});
type Config = z.infer<typeof configSchema>;

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
  const { doubt, left } = await load(scope, deps, endMs);
  return left === 0 ? doubt : `${doubt}: name a folder in path`;
}

/**
 * The same for all projects that may use what a document declares; the server looks only into those that are loaded.
 *
 * @returns why uses may be missing, or undefined; always undefined for other languages
 */
export async function loadUsingProjects(
  document: vscode.TextDocument,
  deps: WaitDeps,
  endMs: number,
): Promise<string | undefined> {
  return isTypeScript(document) ? (await load(undefined, deps, endMs)).doubt : undefined;
}

interface Loaded {
  /** Why not all of them are. */
  readonly doubt: string | undefined;
  /** How many were not even tried, because they are too many. */
  readonly left: number;
}

async function load(scope: vscode.Uri | undefined, deps: WaitDeps, endMs: number): Promise<Loaded> {
  const all = await projectFolders();
  const folders = all.filter((folder) => scope === undefined || isWithin(folder, scope) || isWithin(scope, folder));
  const chosen = folders.toSorted((a, b) => a.path.length - b.path.length).slice(0, limits.symbolProjectsMax);
  const files =
    chosen.length === 0 ? [await anySource(scope)] : await Promise.all(chosen.map((folder) => sourceOf(folder, all)));
  const unread: string[] = [];
  for (const [at, uri] of files.entries()) {
    if (uri === undefined) continue;
    const document = await opened(uri);
    if (document === undefined) unread.push(shownPath(chosen[at] ?? uri));
    else if (isTypeScript(document) && (await typeScriptLoaded(uri, deps, endMs)) !== true)
      return { doubt: 'a TypeScript project is still loading; call again in a moment', left: 0 };
  }
  if (unread.length > 0)
    return { doubt: `the TypeScript project in ${unread.join(', ')} could not be loaded`, left: 0 };
  const left = folders.length - chosen.length;
  const cut = `only ${chosen.length} of ${folders.length} TypeScript projects were loaded`;
  return { doubt: left === 0 ? undefined : cut, left };
}

async function projectFolders(): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(configs, excluded, limits.symbolScanMaxFiles);
  return [...new Map(found.map((uri) => vscode.Uri.joinPath(uri, '..')).map((uri) => [uri.path, uri])).values()];
}

async function opened(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    // Gone since it was listed, or no text.
    return undefined;
  }
}

function isWithin(folder: vscode.Uri, uri: vscode.Uri): boolean {
  return uri.scheme === folder.scheme && (uri.path === folder.path || uri.path.startsWith(`${folder.path}/`));
}

async function anySource(scope: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments.find(isTypeScript);
  if (open !== undefined) return open.uri;
  const pattern = scope === undefined ? anySourceName : new vscode.RelativePattern(scope, anySourceName);
  return (await vscode.workspace.findFiles(pattern, excluded, 1))[0];
}

/**
 * A file of the project in this folder: one that is open, else one that its configuration names, else any.
 *
 * @param all folders of projects: what is in an inner one belongs to that
 */
async function sourceOf(folder: vscode.Uri, all: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const config = await configIn(folder);
  const inner = all.filter((other) => other.path !== folder.path && isWithin(folder, other));
  const isNamed = namedBy(config);
  // The server looks at a file that no project names for itself, and loads none for it.
  const belongs = (uri: vscode.Uri) =>
    isWithin(folder, uri) &&
    !inner.some((other) => isWithin(other, uri)) &&
    isNamed(uri.path.slice(folder.path.length + 1));
  const open = vscode.workspace.textDocuments.find(({ uri }) => /\.[cm]?tsx?$/.test(uri.path) && belongs(uri));
  if (open !== undefined) return open.uri;
  const [first] = (config.files ?? []).map((file) => vscode.Uri.joinPath(folder, file));
  if (first !== undefined && (await statOf(first)) !== undefined) return first;
  let any: vscode.Uri | undefined;
  for (const pattern of patternsOf(config)) {
    const relative = new vscode.RelativePattern(folder, pattern);
    const found = await vscode.workspace.findFiles(relative, excluded, limits.symbolScanMaxFiles);
    const own = found.find(belongs);
    if (own !== undefined) return own;
    any ??= found[0];
  }
  return any;
}

function namedBy({ files = [], include = [], exclude = [] }: Config): (path: string) => boolean {
  const withBelow = (patterns: readonly string[]) =>
    patterns.flatMap((each) => [each, `${each.replace(/\/$/, '')}/**`]);
  return pathFilter([...files, ...withBelow(include), ...withBelow(exclude).map((each) => `!${each}`)]);
}

function patternsOf({ include = [] }: Config): string[] {
  const named = include.filter((pattern) => /\.[cm]?[jt]sx?$/.test(pattern));
  const folders = include
    .filter((pattern) => !named.includes(pattern))
    .map((pattern) => pattern.replace(/[*/.]+$/, '').replace(/^\.\//, ''));
  const below = sources.flatMap((source) => [...folders, ''].map((part) => `${part}/**/${source}`));
  return [...named, ...below].map((pattern) => pattern.replace(/^\//, ''));
}

/** What can be read of a configuration without its comments; a broken one says nothing. */
async function configIn(folder: vscode.Uri): Promise<Config> {
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
