/** From what an agent asks about to what is known of each file, as fresh as the time allows. */
import type * as vscode from 'vscode';
import { messageOf } from '../../../shared/errors.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import { deletedButCounted, dependentsOfDeleted } from './deleted-but-shown.ts';
import { type Analysis, analyse } from './diagnostics-analysis.ts';
import type { DiagnosticsWatch } from './diagnostics-watch.ts';
import { openDocument } from './document.ts';
import { type DiskState, settledDiskState } from './freshness.ts';
import { type CatchUpDeps, catchUpWithDisk } from './recent-changes.ts';
import { doubtOfNeighbours } from './recent-neighbours.ts';
import { isTypeScript, isTypeScriptFile } from './typescript-diagnostics.ts';
import type { Target } from './workspace-path.ts';

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
  // Before anything is opened: what the server's watcher tells about an open file does not count.
  const doubt = targets.some(({ uri }) => isTypeScriptFile(uri)) ? await doubtOfOtherFiles(deps) : () => undefined;
  const opened = await Promise.all(targets.map((target) => open(target, named)));
  const files = opened.filter((file) => file !== undefined);
  const doubtAbout = (document: vscode.TextDocument) =>
    isTypeScript(document) ? doubt(document) : doubtOfNeighbours(document, deps.clock);
  return Promise.all(
    files.map(async ({ target, document }) =>
      analyseSettled(target, document, { ...deps, doubt: await doubtAbout(document) }),
    ),
  );
}

/** Looks again as long as the text changes under the servers' eyes, or VS Code drops the document, which it does soon. */
async function analyseSettled(
  target: Target,
  opened: vscode.TextDocument,
  deps: AnalyseDeps & { readonly doubt: string | undefined },
): Promise<AnalysedFile> {
  for (let document = opened; ; document = document.isClosed ? await openDocument(target) : document) {
    const leftMs = deps.endMs - deps.clock.now();
    const diskState = await settledDiskState(document, deps.bases, deps, Math.min(limits.reloadWaitMs, leftMs));
    await deps.disk.released.restore(document.uri);
    const { version } = document;
    const analysis = await analyse(document, diskState, deps);
    const after = analysis.state === 'analyzed' ? await settledDiskState(document, deps.bases, deps, 0) : diskState;
    const stood = !document.isClosed && document.version === version;
    const settled = analysis.state !== 'analyzed' || after.kind !== 'behind';
    if (stood && settled) return { target, document, diskState: after, analysis };
    if (deps.clock.now() >= deps.endMs) {
      const reason = 'the text changed while it was being analysed';
      return { target, document, diskState: after, analysis: { ...analysis, state: 'timed_out', reason } };
    }
  }
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
    const deleted = await dependentsOfDeleted(deps.disk);
    return (document) => {
      const gone = deleted.get(document.uri.fsPath);
      return behind ?? (gone === undefined ? undefined : deletedButCounted(gone));
    };
  } catch (error) {
    deps.signal.throwIfAborted();
    // The answer still stands, only less surely.
    deps.log.debug(`could not look for recent changes: ${messageOf(error)}`);
    return () => 'files that changed on disk a moment ago may not be counted in';
  }
}
