/**
 * Diagnostics of TypeScript and JavaScript, asked of the server itself. The built-in extension reports nothing for a
 * document without a tab and no event when a clean file stays clean; its request command does answer for any open
 * document, and the server takes requests in order, so the answer is about the text that was sent before.
 */
import * as vscode from 'vscode';
import { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import { statOf } from './document.ts';
import { type WaitDeps, within } from './wait.ts';

const command = 'typescript.tsserverRequest';
const requests = ['syntacticDiagnosticsSync', 'semanticDiagnosticsSync', 'suggestionDiagnosticsSync'] as const;
const extensionId = 'vscode.typescript-language-features';

const languages: ReadonlySet<string> = new Set(['typescript', 'typescriptreact', 'javascript', 'javascriptreact']);

/** VS Code shows these as warnings while typescript.reportStyleChecksAsWarnings is on: unused names, unreachable code … */
const styleChecks: ReadonlySet<number> = new Set([6133, 6138, 6192, 6196, 6198, 6199, 6205, 7027, 7028, 7029, 7030]);

const placeSchema = z.object({ line: z.number().int(), offset: z.number().int() });
const answerSchema = z.object({
  type: z.literal('response'),
  body: z.array(
    z.object({
      start: placeSchema,
      end: placeSchema,
      text: z.string(),
      code: z.number().optional(),
      category: z.string(),
    }),
  ),
});
type Item = z.infer<typeof answerSchema>['body'][number];

/** Whether this document's diagnostics come from the TypeScript server. */
export function isTypeScript(document: vscode.TextDocument): boolean {
  return languages.has(document.languageId) && vscode.extensions.getExtension(extensionId) !== undefined;
}

/** Whether a file is one, as its name tells before it is opened. */
export function isTypeScriptFile({ path }: vscode.Uri): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

/** Whether the built-in extension made this diagnostic, so that the server's own answer replaces it. */
export function isFromTypeScript(diagnostic: vscode.Diagnostic): boolean {
  return diagnostic.source === 'ts' || diagnostic.source === 'js';
}

export type TypeScriptAnswer =
  | { readonly kind: 'answered'; readonly items: readonly vscode.Diagnostic[] }
  | { readonly kind: 'late' }
  /** This VS Code has no way to ask, or the person switched validation off. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Asks until an answer is about the document's present text, at most until `endMs` of the clock. */
export async function typeScriptDiagnostics(
  document: vscode.TextDocument,
  deps: WaitDeps & { readonly log: Log },
  endMs: number,
): Promise<TypeScriptAnswer> {
  const section = document.languageId.startsWith('java') ? 'javascript' : 'typescript';
  const settings = vscode.workspace.getConfiguration(section, document.uri);
  if (settings.get('validate.enable') === false)
    return { kind: 'unavailable', reason: `${section}.validate.enable is off` };
  try {
    await within(
      deps,
      endMs - deps.clock.now(),
      vscode.extensions.getExtension(extensionId)?.activate() ?? Promise.resolve(),
    );
    for (;;) {
      const { version } = document;
      const answers = await within(
        deps,
        endMs - deps.clock.now(),
        Promise.all(requests.map((request) => ask(request, document.uri))),
      );
      if (answers === undefined) return { kind: 'late' };
      if (answers.includes(undefined))
        return { kind: 'unavailable', reason: 'the TypeScript extension gave no answer' };
      if (document.version !== version) continue;
      const asWarnings = settings.get('reportStyleChecksAsWarnings') !== false;
      return {
        kind: 'answered',
        items: answers.flatMap((items) => items ?? []).map((item) => toDiagnostic(item, section, asWarnings)),
      };
    }
  } catch (error) {
    deps.signal.throwIfAborted();
    // An older VS Code without the command, a crashed or replaced server: others may still know something.
    const [reason = ''] = messageOf(error).split('\n');
    deps.log.debug(`${command} failed: ${reason}`);
    return { kind: 'unavailable', reason: `the TypeScript server could not be asked (${reason})` };
  }
}

/** @param file a path stands for a file that no editor holds: the server then judges the text that it has read itself */
async function ask(
  request: (typeof requests)[number],
  file: vscode.Uri | string,
): Promise<readonly Item[] | undefined> {
  const answer: unknown = await vscode.commands.executeCommand(command, request, { file });
  return answerSchema.safeParse(answer).data?.body;
}

/** What a file imports in vain according to the server, which need not have been shown it. */
export async function missingImports(path: string): Promise<readonly string[]> {
  try {
    const items = await ask('semanticDiagnosticsSync', path);
    return (items ?? []).flatMap((item) => missingSpecifier(item.code, item.text) ?? []);
  } catch {
    // The file belongs to no project: then nobody asks what it imports.
    return [];
  }
}

function missingSpecifier(code: unknown, message: string): string | undefined {
  return code === 2307 ? /'([^']+)'/.exec(message)?.[1] : undefined;
}

/** Has the server resolve everything anew. */
export async function reloadTypeScriptProjects(): Promise<void> {
  await vscode.commands.executeCommand('typescript.reloadProjects');
}

/**
 * A module that the server calls missing although it stands there. TypeScript does not look again for imports of a file
 * that was opened before its watcher had told of it, and VS Code does not watch what is inside `node_modules`.
 */
export async function wronglyMissing(
  document: vscode.TextDocument,
  items: readonly vscode.Diagnostic[],
  clock: Clock,
): Promise<string | undefined> {
  for (const { code, message } of items) {
    const specifier = missingSpecifier(code, message);
    if (specifier === undefined) continue;
    const there = /^\.{1,2}\//.test(specifier)
      ? await fileExists(document.uri, specifier)
      : await packageJustInstalled(document.uri, specifier, clock.wallMs());
    if (there) return specifier;
  }
  return undefined;
}

async function fileExists(from: vscode.Uri, specifier: string): Promise<boolean> {
  const target = vscode.Uri.joinPath(from, '..', specifier.replace(/\.[cm]?js$/, ''));
  for (const ending of ['.ts', '.tsx', '.d.ts', '.mts', '.cts', '/index.ts', '/index.tsx'])
    if ((await statOf(target.with({ path: target.path + ending }))) !== undefined) return true;
  return false;
}

/** One that has been there for longer is missing for another reason, such as its `exports`. */
async function packageJustInstalled(from: vscode.Uri, specifier: string, nowMs: number): Promise<boolean> {
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const root = vscode.workspace.getWorkspaceFolder(from)?.uri;
  for (let folder = vscode.Uri.joinPath(from, '..'); ; folder = vscode.Uri.joinPath(folder, '..')) {
    const found = await statOf(vscode.Uri.joinPath(folder, 'node_modules', name));
    if (found !== undefined) return nowMs - found.ctime < limits.installNoticeMs;
    if (root === undefined || folder.path === root.path || folder.path === '/') return false;
  }
}

/** Tells the server of a document that has no tab, so that what depends on it is judged by its present text. */
export async function showToTypeScript(
  uri: vscode.Uri,
  request: (typeof requests)[number] = 'syntacticDiagnosticsSync',
): Promise<void> {
  await vscode.commands.executeCommand(command, request, { file: uri });
}

/**
 * Waits until the server has loaded the project of an open document, at most until `endMs` of the clock. While it loads,
 * VS Code sends some requests to a second server that sees only open files; this one goes to the server of the project,
 * which answers requests in order.
 *
 * @returns whether it has; undefined when the server cannot be asked
 */
export async function typeScriptLoaded(uri: vscode.Uri, deps: WaitDeps, endMs: number): Promise<boolean | undefined> {
  try {
    const asked = showToTypeScript(uri, 'semanticDiagnosticsSync').then(() => true);
    return (await within(deps, Math.max(0, endMs - deps.clock.now()), asked)) === true;
  } catch {
    deps.signal.throwIfAborted();
    // Restarting, crashed, or replaced by another extension's.
    return undefined;
  }
}

function toDiagnostic(
  { start, end, text, code, category }: Item,
  section: string,
  asWarnings: boolean,
): vscode.Diagnostic {
  const range = new vscode.Range(start.line - 1, start.offset - 1, end.line - 1, end.offset - 1);
  const diagnostic = new vscode.Diagnostic(range, text, severityOf(category, code, asWarnings));
  diagnostic.source = section === 'javascript' ? 'js' : 'ts';
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}

function severityOf(category: string, code: number | undefined, asWarnings: boolean): vscode.DiagnosticSeverity {
  if (category === 'suggestion') return vscode.DiagnosticSeverity.Hint;
  if (asWarnings && code !== undefined && styleChecks.has(code)) return vscode.DiagnosticSeverity.Warning;
  if (category === 'warning') return vscode.DiagnosticSeverity.Warning;
  return category === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Information;
}
