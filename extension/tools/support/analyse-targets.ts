/** From what an agent asks about to what is known of each file, as fresh as the time allows. */
import type * as vscode from 'vscode';
import { messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import { type Analysis, analyse } from './diagnostics-analysis.ts';
import type { DiagnosticsWatch } from './diagnostics-watch.ts';
import { openDocument } from './document.ts';
import { type DiskState, settledDiskState } from './freshness.ts';
import { type CatchUpDeps, catchUpWithDisk, heldAfterDeletion, mayImport } from './recent-changes.ts';
import { isTypeScript } from './typescript-diagnostics.ts';
import { shownPath, type Target } from './workspace-path.ts';

export interface AnalysedFile {
  readonly target: Target;
  readonly document: vscode.TextDocument;
  readonly diskState: DiskState;
  readonly analysis: Analysis;
}

export interface AnalyseDeps extends CatchUpDeps {
  readonly watch: DiagnosticsWatch;
  readonly log: Log;
  /** Of the clock: no wait goes beyond it. */
  readonly endMs: number;
}

/**
 * @param named whether the agent named the files; one that it did not may be gone or unreadable, and is left out then
 * @throws HoldfastError as `openDocument`
 */
export async function analyseTargets(
  targets: readonly Target[],
  named: boolean,
  deps: AnalyseDeps,
): Promise<AnalysedFile[]> {
  const opened = await Promise.all(targets.map((target) => open(target, named)));
  const files = opened.filter((file) => file !== undefined);
  const doubt = files.some(({ document }) => isTypeScript(document)) ? await doubtOfOtherFiles(deps) : () => undefined;
  return Promise.all(
    files.map(async ({ target, document }) => {
      const leftMs = deps.endMs - deps.clock.now();
      const diskState = await settledDiskState(document, deps.bases, deps, Math.min(limits.reloadWaitMs, leftMs));
      const analysis = await analyse(document, diskState, { ...deps, doubt: doubt(document) });
      return { target, document, diskState, analysis };
    }),
  );
}

async function open(target: Target, named: boolean) {
  try {
    return { target, document: await openDocument(target) };
  } catch (error) {
    if (named) throw error;
    return undefined;
  }
}

/** Why the TypeScript server may judge a document by an older state of other files. */
async function doubtOfOtherFiles(deps: AnalyseDeps): Promise<(document: vscode.TextDocument) => string | undefined> {
  try {
    const behind = await catchUpWithDisk(deps, deps.endMs);
    const held = await heldAfterDeletion();
    return (document) => {
      const gone = held.find((uri) => mayImport(document.getText(), uri));
      return (
        behind ??
        (gone === undefined ? undefined : `${shownPath(gone)} was deleted; the language server may still count it in`)
      );
    };
  } catch (error) {
    deps.signal.throwIfAborted();
    // The answer still stands, only less surely.
    deps.log.debug(`could not look for recent changes: ${messageOf(error)}`);
    return () => 'files that changed on disk a moment ago may not be counted in';
  }
}
