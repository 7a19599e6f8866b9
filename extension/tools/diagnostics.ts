import * as vscode from 'vscode';
import type { Handlers } from '../../shared/catalog.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import {
  type DiagnosticItem,
  type diagnosticsTools,
  type FileDiagnostics,
  severities,
  type Severity,
} from '../../shared/tools/diagnostics.ts';
import type { CleanBases } from './support/clean-bases.ts';
import type { CursorMemory } from './support/cursor-memory.ts';
import { analyse, type Analysis } from './support/diagnostics-analysis.ts';
import { compareSnapshots, type Filter, matches, mergeSnapshots, type Snapshot } from './support/diagnostics-delta.ts';
import { fitDiagnostics } from './support/diagnostics-fit.ts';
import type { DiagnosticsWatch } from './support/diagnostics-watch.ts';
import { openDocument } from './support/document.ts';
import { type DiskState, freshnessOf, settledDiskState } from './support/freshness.ts';
import { catchUpWithDisk } from './support/recent-changes.ts';
import { isTypeScript } from './support/typescript-diagnostics.ts';
import { resolveTarget, type Target } from './support/workspace-path.ts';
import type { ToolContext } from './tool-context.ts';

export interface DiagnosticsDeps {
  readonly bases: CleanBases;
  readonly watch: DiagnosticsWatch;
  readonly cursors: CursorMemory<Snapshot>;
}

export function createDiagnosticsHandlers({
  bases,
  watch,
  cursors,
}: DiagnosticsDeps): Handlers<typeof diagnosticsTools, ToolContext> {
  return {
    async get_diagnostics(
      { paths, severity = 'warning', source, since, wait_ms = limits.diagnosticsWaitDefaultMs, offset = 0 },
      context,
    ) {
      const endMs = context.clock.now() + wait_ms;
      const targets =
        paths === undefined ? await defaultTargets() : unique(await Promise.all(paths.map(resolveTarget)));
      const asked = targets.slice(offset, offset + limits.diagnosticsMaxFiles);
      const opened = await Promise.all(asked.map((target) => open(target, paths !== undefined)));
      const present = opened.filter((file) => file !== undefined);
      const synced = await Promise.all(
        present.map(async (file) => ({
          ...file,
          disk: await settledDiskState(file.document, bases, context, Math.min(wait_ms, limits.reloadWaitMs)),
        })),
      );
      const behindDisk = present.some(({ document }) => isTypeScript(document))
        ? await catchUp(context, endMs)
        : undefined;
      const analysed = await Promise.all(
        synced.map(async (file) => ({
          ...file,
          analysis: await analyse(file.document, file.disk, { ...context, watch, endMs, behindDisk }),
        })),
      );
      const now: Snapshot = new Map(
        analysed
          .filter(({ analysis }) => analysis.state === 'analyzed')
          .map(({ document, target, analysis }) => [
            document.uri.toString(),
            { path: target.shown, items: analysis.diagnostics.map(toItem) },
          ]),
      );
      const before = since === undefined ? undefined : cursors.get(since);
      const filter: Filter = { severity, source };
      const compared = analysed.map(({ document, target }) => ({ uri: document.uri.toString(), path: target.shown }));
      const missing = asked.length - present.length;
      return fitDiagnostics(
        {
          files: analysed.map((file) => describe(file, filter)),
          delta:
            since === undefined
              ? undefined
              : before === undefined
                ? null
                : compareSnapshots(before, now, compared, filter),
          cursor: cursors.add(mergeSnapshots(before, now)),
          offset,
          total: targets.length - missing,
        },
        limits.answerChars,
      );
    },
  };
}

interface OpenFile {
  readonly target: Target;
  readonly document: vscode.TextDocument;
}

/** A file that the agent did not name may be gone or unreadable; then there is nothing to say of it. */
async function open(target: Target, isNamed: boolean): Promise<OpenFile | undefined> {
  try {
    return { target, document: await openDocument(target) };
  } catch (error) {
    if (isNamed) throw error;
    return undefined;
  }
}

async function catchUp(context: ToolContext, endMs: number): Promise<string | undefined> {
  try {
    return await catchUpWithDisk(context, endMs);
  } catch (error) {
    context.signal.throwIfAborted();
    // The answer still stands, only less surely.
    context.log.debug(`could not look for recent changes: ${messageOf(error)}`);
    return 'files that changed on disk a moment ago may not be counted in';
  }
}

function describe(
  { target, document, disk, analysis }: OpenFile & { readonly disk: DiskState; readonly analysis: Analysis },
  filter: Filter,
) {
  const items = analysis.diagnostics
    .map(toItem)
    .filter(({ source }) => filter.source === undefined || source === filter.source);
  const inState = (severity: Severity) => items.filter((item) => item.severity === severity).length;
  return {
    path: target.shown,
    state: analysis.state,
    counts: { error: inState('error'), warning: inState('warning'), info: inState('info'), hint: inState('hint') },
    items: items.filter((item) => matches(item, filter)).toSorted((a, b) => a.line - b.line || a.column - b.column),
    freshness: freshnessOf(
      document,
      disk,
      analysis.reason ?? (analysis.state === 'analyzed' ? undefined : 'no answer on the present text'),
    ),
  } satisfies FileDiagnostics;
}

function toItem({ range, severity, message, code, source }: vscode.Diagnostic): DiagnosticItem {
  const { start, end } = range;
  const value = typeof code === 'object' ? code.value : code;
  return {
    line: start.line + 1,
    column: start.character + 1,
    ...(end.line === start.line ? {} : { end_line: end.line + 1 }),
    end_column: end.character + 1,
    // VS Code's own order: Error 0, Warning 1, Information 2, Hint 3.
    severity: severities[severity] ?? 'error',
    message:
      message.length > limits.diagnosticMessageMaxChars
        ? `${message.slice(0, limits.diagnosticMessageMaxChars)}…`
        : message,
    ...(value === undefined ? {} : { code: String(value) }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Unsaved files, files with tabs and files with diagnostics, in this order; those of the workspace and untitled ones. */
async function defaultTargets(): Promise<Target[]> {
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => uri);
  const tabs = vscode.window.tabGroups.all.flatMap(({ tabs: all }) =>
    all.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : [])),
  );
  const known = vscode.languages.getDiagnostics().flatMap(([uri, items]) => (items.length > 0 ? [uri] : []));
  const uris = [...dirty, ...tabs, ...known].filter(
    (uri) => uri.scheme === 'untitled' || vscode.workspace.getWorkspaceFolder(uri) !== undefined,
  );
  return unique(uris.map((uri) => ({ uri, shown: vscode.workspace.asRelativePath(uri), protectedPart: undefined })));
}

function unique(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [target.uri.toString(), target])).values()];
}
