/** The problems of a document, and a way to show them to providers of quick fixes. */
import * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { ToolContext } from '../tool-context.ts';
import { isFromTypeScript, isTypeScript, typeScriptDiagnostics } from './typescript-diagnostics.ts';

/** What is wrong in the document's present text, as far as servers say. */
export async function problemsOf(
  document: vscode.TextDocument,
  context: ToolContext,
  endMs: number,
): Promise<readonly vscode.Diagnostic[]> {
  const known = vscode.languages.getDiagnostics(document.uri);
  if (!isTypeScript(document)) return known;
  const answer = await typeScriptDiagnostics(document, context, endMs);
  if (answer.kind !== 'answered') return known;
  return [...answer.items, ...known.filter((each) => !isFromTypeScript(each))];
}

/** @throws HoldfastError `not_found` with what there is, `ambiguous_symbol` when several problems fit */
export function findProblem(
  problems: readonly vscode.Diagnostic[],
  wanted: string,
  line: number | undefined,
  shown: string,
): vscode.Diagnostic {
  const onLine = problems.filter(
    ({ range }) => line === undefined || (range.start.line < line && line <= range.end.line + 1),
  );
  const fits = (each: vscode.Diagnostic) => codeOf(each) === wanted || each.message.includes(wanted);
  const fitting = onLine.filter(fits);
  const [first] = fitting;
  if (first !== undefined && fitting.length === 1) return first;
  if (fitting.length > 1) {
    throw new HoldfastError(
      'ambiguous_symbol',
      [`"${wanted}" fits ${fitting.length} problems in ${shown}:`, ...listed(fitting)].join('\n'),
      { hint: 'Give line as well.' },
    );
  }
  const elsewhere = problems.filter(fits);
  throw new HoldfastError(
    'not_found',
    elsewhere.length === 0
      ? [`No problem in ${shown} has the code or message "${wanted}". Problems:`, ...listed(onLine)].join('\n')
      : [`No problem on line ${line} of ${shown} is "${wanted}", only elsewhere:`, ...listed(elsewhere)].join('\n'),
    { hint: 'get_diagnostics lists problems with their codes.' },
  );
}

function listed(problems: readonly vscode.Diagnostic[]): string[] {
  return problems
    .slice(0, limits.symbolWordsMax)
    .map((each) => `  ${each.range.start.line + 1}:${each.range.start.character + 1} ${codeOf(each)} ${lineOf(each)}`);
}

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : (code ?? ''));
}

const lineOf = ({ message }: vscode.Diagnostic) => message.split('\n')[0]?.slice(0, limits.symbolLineMaxChars) ?? '';

/**
 * Runs `work` while all the problems are known to VS Code. The TypeScript extension reports none for a file without a
 * tab, and offers fixes only for what is reported; so they are reported for it, for as long as the question takes.
 */
export async function withProblems<T>(
  document: vscode.TextDocument,
  problems: readonly vscode.Diagnostic[],
  work: () => Promise<T>,
): Promise<T> {
  const keyOf = (each: vscode.Diagnostic) =>
    [codeOf(each), each.range.start.line, each.range.start.character, each.range.end.character].join(':');
  const known = new Set(vscode.languages.getDiagnostics(document.uri).map(keyOf));
  const missing = problems.filter((each) => !known.has(keyOf(each)));
  if (missing.length === 0) return work();
  const collection = vscode.languages.createDiagnosticCollection();
  try {
    collection.set(document.uri, missing);
    return await work();
  } finally {
    collection.dispose();
  }
}
