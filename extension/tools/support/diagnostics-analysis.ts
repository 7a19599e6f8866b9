/** What is known of one document's diagnostics, and how surely. */
import * as vscode from 'vscode';
import type { Log } from '../../../shared/log.ts';
import type { DiagnosticsWatch } from './diagnostics-watch.ts';
import type { DiskState } from './freshness.ts';
import { hasTab } from './tabs.ts';
import { isFromTypeScript, isTypeScript, typeScriptDiagnostics, wronglyMissing } from './typescript-diagnostics.ts';
import type { WaitDeps } from './wait.ts';

export interface Analysis {
  readonly state: 'analyzed' | 'timed_out' | 'not_analyzed';
  readonly diagnostics: readonly vscode.Diagnostic[];
  /** What may be missing, or why there is nothing. */
  readonly reason?: string | undefined;
}

export interface AnalysisDeps extends WaitDeps {
  readonly log: Log;
  readonly watch: DiagnosticsWatch;
  /** Of the clock; no wait goes beyond it. */
  readonly endMs: number;
  /** Why a server may judge by an older state of other files. */
  readonly doubt: string | undefined;
}

export async function analyse(document: vscode.TextDocument, disk: DiskState, deps: AnalysisDeps): Promise<Analysis> {
  // Whatever the servers say now is about a text that is no more; the disk's state tells why.
  if (disk.kind === 'behind') return { state: 'timed_out', diagnostics: vscode.languages.getDiagnostics(document.uri) };
  if (!isTypeScript(document)) return analyseByReports(document, deps);
  const answer = await typeScriptDiagnostics(document, deps, deps.endMs);
  switch (answer.kind) {
    case 'answered':
      return withOtherSources(document, answer.items, deps);
    case 'late':
      return {
        state: 'timed_out',
        diagnostics: vscode.languages.getDiagnostics(document.uri),
        reason: 'the TypeScript server has not answered yet',
      };
    case 'unavailable':
      return analyseByReports(document, deps, answer.reason);
  }
}

/** The server's own answer, beside what linters and others have said. */
async function withOtherSources(
  document: vscode.TextDocument,
  items: readonly vscode.Diagnostic[],
  deps: AnalysisDeps,
): Promise<Analysis> {
  const others = () =>
    vscode.languages.getDiagnostics(document.uri).filter((diagnostic) => !isFromTypeScript(diagnostic));
  const before = others();
  const late =
    before.length > 0 && (await deps.watch.settle(document, hasTab(document.uri), deps, deps.endMs)) !== 'settled';
  const sources = [...new Set(before.map(({ source }) => source ?? 'another source'))].join(', ');
  const missing = await wronglyMissing(document, items, deps.clock);
  const reasons = [
    deps.doubt,
    missing === undefined
      ? undefined
      : `${missing} exists, but the TypeScript server has not noticed (reloading its projects helps)`,
    late ? `${sources} may not have looked at this text yet` : undefined,
  ].filter((reason) => reason !== undefined);
  return {
    state: 'analyzed',
    diagnostics: [...items, ...others()],
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
  };
}

/** Other languages: only the order of change and report tells whether a server has seen the present text. */
async function analyseByReports(document: vscode.TextDocument, deps: AnalysisDeps, why?: string): Promise<Analysis> {
  const tab = hasTab(document.uri);
  const answer = await deps.watch.settle(document, tab, deps, deps.endMs);
  const diagnostics = vscode.languages.getDiagnostics(document.uri);
  if (answer === 'settled') return { state: 'analyzed', diagnostics, reason: why ?? deps.doubt };
  if (answer === 'late' && (tab || diagnostics.length > 0)) {
    return { state: 'timed_out', diagnostics, reason: why ?? 'no language server has reported on this text yet' };
  }
  const reason =
    answer === 'late'
      ? 'its language server looks only at files with a tab: open_file shows it'
      : `no language server has reported on ${document.languageId} files in this window`;
  return { state: 'not_analyzed', diagnostics, reason: why ?? reason };
}
