import * as vscode from 'vscode';
import type { Handlers } from '../../shared/catalog.ts';
import { limits } from '../../shared/limits.ts';
import type { diagnosticsTools, FileDiagnostics, Severity } from '../../shared/tools/diagnostics.ts';
import { type AnalysedFile, analyseTargets } from './support/analyse-targets.ts';
import type { CleanBases } from './support/clean-bases.ts';
import type { CursorMemory } from './support/cursor-memory.ts';
import { toItem } from './support/diagnostic-item.ts';
import { compareSnapshots, type Filter, matches, mergeSnapshots, type Snapshot } from './support/diagnostics-delta.ts';
import { fitDiagnostics } from './support/diagnostics-fit.ts';
import type { DiagnosticsWatch } from './support/diagnostics-watch.ts';
import type { DiskWatch } from './support/disk-watch.ts';
import { freshnessOf } from './support/freshness.ts';
import { resolveTarget, type Target } from './support/workspace-path.ts';
import type { ToolContext } from './tool-context.ts';

export interface DiagnosticsDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
  readonly watch: DiagnosticsWatch;
  readonly cursors: CursorMemory<Snapshot>;
}

export function createDiagnosticsHandlers({
  bases,
  disk,
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
      const analysed = await analyseTargets(asked, paths !== undefined, { ...context, bases, disk, watch, endMs });
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
      const missing = asked.length - analysed.length;
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

function describe({ target, document, diskState, analysis }: AnalysedFile, filter: Filter) {
  const all = analysis.diagnostics.map(toItem);
  const items = all.filter(({ source }) => filter.source === undefined || source === filter.source);
  const sources = [...new Set(all.flatMap(({ source }) => source ?? []))];
  const inState = (severity: Severity) => items.filter((item) => item.severity === severity).length;
  return {
    path: target.shown,
    state: analysis.state,
    counts: { error: inState('error'), warning: inState('warning'), info: inState('info'), hint: inState('hint') },
    items: items.filter((item) => matches(item, filter)).toSorted((a, b) => a.line - b.line || a.column - b.column),
    ...(filter.source === undefined || items.length > 0 ? {} : { other_sources: sources }),
    freshness: freshnessOf(
      document,
      diskState,
      analysis.reason ?? (analysis.state === 'analyzed' ? undefined : 'no answer on the present text'),
    ),
  } satisfies FileDiagnostics;
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
