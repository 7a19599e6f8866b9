/** The tool find_symbol: gather from files or the workspace, rank, cut to size. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { FoundSymbol, symbolTools } from '../../../shared/tools/symbols.ts';
import type { ToolContext } from '../tool-context.ts';
import type { CleanBases } from './clean-bases.ts';
import type { DiskWatch } from './disk-watch.ts';
import { openDocument, statOf } from './document.ts';
import { FileLines } from './file-lines.ts';
import { freshnessOf, settledDiskState } from './freshness.ts';
import type { LanguageServers } from './language-servers.ts';
import { caughtUp } from './open-caught-up.ts';
import { checkKinds } from './outline-fit.ts';
import { catchUpWithDisk } from './recent-changes.ts';
import { lastName, type MatchLevel, matchLevel, rank } from './symbol-match.ts';
import { filesWith } from './symbol-scan.ts';
import { flatten, plainName, type SymbolNode } from './symbol-tree.ts';
import { findWord } from './symbol-words.ts';
import { kindName, toPosition } from './to-symbol-node.ts';
import { loadTypeScriptProjects } from './typescript-projects.ts';
import { within } from './wait.ts';
import { resolveTarget, shownPath, type Target } from './workspace-path.ts';

type Definition = typeof symbolTools.find_symbol;
type Input = z.output<Definition['input']>;
type Output = z.output<Definition['output']>;

interface FindDeps {
  readonly context: ToolContext;
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
}

interface Found {
  readonly level: MatchLevel;
  readonly path: string;
  readonly line: number;
  readonly uri: vscode.Uri;
  readonly symbol: Omit<FoundSymbol, 'body' | 'cut'>;
  /** Where only the place of the whole is known: the name to look for in it. */
  readonly nameWithin?: string;
}

interface Gathered {
  readonly found: readonly Found[];
  readonly freshness: Output['freshness'];
}

export async function findSymbols(input: Input, deps: FindDeps): Promise<Output> {
  const { query, path, kind, include_body = false, offset = 0 } = input;
  checkKinds(kind === undefined ? undefined : [kind]);
  const target = path === undefined ? undefined : await resolveTarget(path);
  const stat = target === undefined ? undefined : await statOf(target.uri);
  const isFolder = stat !== undefined && (stat.type & vscode.FileType.Directory) !== 0;
  const { found, freshness } =
    target === undefined || isFolder ? await inWorkspace(query, target, deps) : await inFile(query, target, deps);
  const ranked = rank(kind === undefined ? found : found.filter(({ symbol }) => symbol.kind === kind));
  const symbols = await fit(ranked.slice(offset), include_body);
  const next = offset + symbols.length;
  return {
    symbols,
    page: { shown: symbols.length, total: ranked.length, next: next < ranked.length ? next : null },
    freshness,
  };
}

async function inFile(query: string, target: Target, { context, bases, servers }: FindDeps): Promise<Gathered> {
  const document = await openDocument(target);
  const disk = await settledDiskState(document, bases, context);
  const nodes = await servers.symbols(document, context, context.clock.now() + limits.symbolWaitMs);
  const mute =
    nodes === undefined ? `no language server gives symbols of ${document.languageId} files here` : undefined;
  return { found: matching(query, target.uri, nodes ?? []), freshness: freshnessOf(document, disk, mute) };
}

async function inWorkspace(query: string, scope: Target | undefined, deps: FindDeps): Promise<Gathered> {
  const { context, servers } = deps;
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const behind = await caughtUp(deps, () => catchUpWithDisk({ ...context, ...deps }, endMs));
  const loading = await loadTypeScriptProjects(scope?.uri, context, endMs);
  const scan = await filesWith(lastName(query), scope?.uri);
  const listed = await listedByServers(query, scope, context, endMs);
  const files = byFile([...listed.found.map(({ uri }) => uri), ...scan.files]);
  const looked = files.slice(0, limits.symbolFilesMax);
  const found = new Map<string, Found>();
  const add = (each: Found) => found.set(`${each.uri.toString()}:${each.line}:${each.symbol.column}`, each);
  const gone: string[] = [];
  for (const uri of looked) {
    // A file that goes while it is looked at, or that a server still counts in.
    if ((await statOf(uri)) === undefined) gone.push(shownPath(uri));
    else {
      const document = await openDocument({ uri, shown: shownPath(uri), protectedPart: undefined });
      for (const each of matching(query, uri, (await servers.symbols(document, context, endMs)) ?? [])) add(each);
    }
  }
  const lookedAt = new Set(looked.map(String));
  // What its own file does not list under that name (a server may gather aliases) is left out where the file was read.
  for (const each of listed.found) if (!lookedAt.has(each.uri.toString())) add(each);
  const unread = scan.files.filter((uri) => !lookedAt.has(uri.toString())).length;
  const reasons = [
    vscode.workspace.workspaceFolders === undefined ? 'no folder is open' : undefined,
    behind,
    loading,
    scan.reason,
    listed.reason,
    gone.length === 0 ? undefined : `${gone.join(', ')} is gone, but a language server still counts it in`,
    unread === 0 ? undefined : `${unread} more files hold the name: name a folder in path`,
  ].filter((reason) => reason !== undefined);
  const dirty = [...found.values()].some(({ uri }) =>
    vscode.workspace.textDocuments.some((open) => open.isDirty && open.uri.toString() === uri.toString()),
  );
  return {
    found: [...found.values()],
    freshness: {
      version: null,
      dirty,
      diskInSync: behind === undefined,
      complete: reasons.length === 0,
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    },
  };
}

/** What the servers find by themselves; the place of the name is not known then, only that of the whole. */
async function listedByServers(query: string, scope: Target | undefined, context: ToolContext, endMs: number) {
  const symbols = await within(
    context,
    Math.max(limits.symbolMarginMs / 2, endMs - context.clock.now()),
    vscode.commands.executeCommand<vscode.SymbolInformation[]>(
      'vscode.executeWorkspaceSymbolProvider',
      lastName(query),
    ),
  );
  const found = (symbols ?? []).flatMap(({ name, containerName, kind, location }): Found[] => {
    const { uri, range } = location;
    // Some servers leave the container out altogether.
    const names = [containerName, name].filter((each) => each);
    const level = matchLevel(names, query);
    const inScope = scope === undefined || uri.path.startsWith(`${scope.uri.path}/`);
    if (level === undefined || !inScope || !isOwn(uri)) return [];
    const { line, column } = toPosition(range.start);
    const symbol = {
      path: shownPath(uri),
      name_path: names.join('/'),
      kind: kindName(kind),
      line,
      column,
      end_line: range.end.line + 1,
    };
    return [{ level, path: symbol.path, line, uri, symbol, nameWithin: plainName(name) }];
  });
  if (symbols === undefined) return { found, reason: 'the language servers have not answered in time' };
  return {
    found: rank(found),
    reason: symbols.length < limits.symbolServerMax ? undefined : 'there are more matches: give a longer name',
  };
}

function isOwn(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined && !uri.path.includes('/node_modules/');
}

function byFile(uris: readonly vscode.Uri[]): vscode.Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

function matching(query: string, uri: vscode.Uri, nodes: readonly SymbolNode[]): Found[] {
  const path = shownPath(uri);
  return flatten(nodes).flatMap(({ node, names }) => {
    const level = matchLevel(names, query);
    if (level === undefined) return [];
    const { line, column } = node.at;
    const symbol = {
      path,
      name_path: names.join('/'),
      kind: node.kind,
      line,
      column,
      end_line: node.end.line,
    };
    return [{ level, path, line, uri, symbol }];
  });
}

/** As many as fit; the first one is there in any case, with as much of its body as fits. */
async function fit(found: readonly Found[], withBody: boolean): Promise<FoundSymbol[]> {
  const files = new FileLines();
  const out: FoundSymbol[] = [];
  let leftChars: number = limits.answerChars;
  for (const each of found) {
    const symbol = await atItsName(each, files);
    const lines = withBody ? await files.lines(each.uri) : undefined;
    const body = lines?.slice(symbol.line - 1, symbol.end_line).join('\n');
    const cut = body !== undefined && JSON.stringify(body).length > leftChars - 300;
    if (cut && out.length > 0) break;
    const kept = cut ? body.slice(0, limits.answerChars / 2) : body;
    const item = { ...symbol, ...(kept === undefined ? {} : { body: kept }), ...(cut ? { cut } : {}) };
    leftChars -= JSON.stringify(item).length + 1;
    if (leftChars < 0 && out.length > 0) break;
    out.push(item);
  }
  return out;
}

async function atItsName({ uri, symbol, nameWithin }: Found, files: FileLines): Promise<Found['symbol']> {
  if (nameWithin === undefined) return symbol;
  const words = findWord((await files.lines(uri)) ?? [], nameWithin, symbol.line, symbol.end_line);
  const word = words.find(({ line, column }) => line > symbol.line || column >= symbol.column);
  return word === undefined ? symbol : { ...symbol, line: word.line, column: word.column };
}
