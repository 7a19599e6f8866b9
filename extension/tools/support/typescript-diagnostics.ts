/**
 * Diagnostics of TypeScript and JavaScript, asked of the server itself. The built-in extension reports nothing for a
 * document without a tab and no event when a clean file stays clean; its request command does answer for any open
 * document, and the server takes requests in order, so the answer is about the text that was sent before.
 */
import * as vscode from 'vscode';
import { z } from 'zod';
import { messageOf } from '../../../shared/errors.ts';
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

async function ask(request: (typeof requests)[number], file: vscode.Uri): Promise<readonly Item[] | undefined> {
  const answer: unknown = await vscode.commands.executeCommand(command, request, { file });
  return answerSchema.safeParse(answer).data?.body;
}

/**
 * A module that the server calls missing although its file stands there. TypeScript does not look again for imports of
 * a file that was opened before its watcher had told of it.
 */
export async function wronglyMissing(
  document: vscode.TextDocument,
  items: readonly vscode.Diagnostic[],
): Promise<string | undefined> {
  for (const { code, message } of items) {
    const specifier = code === 2307 ? /'(\.{1,2}\/[^']*)'/.exec(message)?.[1] : undefined;
    if (specifier === undefined) continue;
    const target = vscode.Uri.joinPath(document.uri, '..', specifier.replace(/\.[cm]?js$/, ''));
    for (const ending of ['.ts', '.tsx', '.d.ts', '.mts', '.cts', '/index.ts', '/index.tsx']) {
      if ((await statOf(target.with({ path: target.path + ending }))) !== undefined) return specifier;
    }
  }
  return undefined;
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
