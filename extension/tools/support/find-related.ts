/** The tool find_related: locate, ask, group by file and enclosing symbol, cut to size. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { RelatedHit, RelatedOutput, relationTools } from '../../../shared/tools/relations.ts';
import type { ToolContext } from '../tool-context.ts';
import type { CleanBases } from './clean-bases.ts';
import { deletedButCounted, deletedButShown } from './deleted-but-shown.ts';
import type { DiskWatch } from './disk-watch.ts';
import { FileLines } from './file-lines.ts';
import { freshnessOf } from './freshness.ts';
import { pathFilter } from './glob.ts';
import type { LanguageServers } from './language-servers.ts';
import type { LibrarySources } from './library-sources.ts';
import { openCaughtUp } from './open-caught-up.ts';
import { fitRelated } from './related-fit.ts';
import { type RelatedPlace, relatedPlaces } from './related-places.ts';
import { locate } from './symbol-locator.ts';
import { byFile, inOrder } from './symbol-places.ts';
import { enclosing, flatten } from './symbol-tree.ts';
import { loadUsingProjects } from './typescript-projects.ts';
import { shownPath } from './workspace-path.ts';

export interface RelationDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
  readonly libraries: LibrarySources;
  readonly context: ToolContext;
}

export async function findRelated(
  input: z.output<(typeof relationTools.find_related)['input']>,
  deps: RelationDeps,
): Promise<RelatedOutput> {
  const { relation = 'references', paths, offset = 0 } = input;
  const { context, servers } = deps;
  const target = await deps.libraries.resolve(input.path);
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const { document, diskState, behind } = await openCaughtUp(target, deps, endMs);
  const { version } = document;
  const { name, at } = await locate(document, target.shown, input, { ...context, servers }, endMs);
  const files = new FileLines();
  const loading = await loadUsingProjects(document, context, endMs);
  const patientEndMs = endMs + limits.symbolMarginMs / 2;
  const { answer, reason } = await servers.settled(
    document,
    () => relatedPlaces(document, at, relation, { ...context, files, endMs: patientEndMs }),
    (related) => related?.places.length ?? 0,
    context,
    endMs,
  );
  const wanted = pathFilter(paths);
  const all = inOrder(answer?.places ?? []);
  const places = all.filter(({ uri }) => wanted(shownPath(uri), uri.fsPath));
  const left = all.length - places.length;
  const stale = (await deletedPlace(places, deps)) ?? (await outOfPlace(places, files));
  const moved = document.version === version ? undefined : 'the text changed while the servers were asked';
  const reasons = [reason, behind, loading, answer?.reason, stale, moved].filter((each) => each !== undefined);
  const line = await files.shown(document.uri, at.line + 1);
  return {
    symbol: {
      name,
      path: target.shown,
      line: at.line + 1,
      column: at.character + 1,
      ...(line === undefined ? {} : { text: line }),
    },
    relation,
    total: places.length,
    ...(left === 0 ? {} : { left_out: left }),
    ...fitRelated(await grouped(places, files, deps, patientEndMs), offset, limits.answerChars),
    freshness: freshnessOf(document, diskState, reasons.length === 0 ? undefined : reasons.join('; ')),
  };
}

async function grouped(places: readonly RelatedPlace[], files: FileLines, deps: RelationDeps, endMs: number) {
  const all = byFile(places);
  // More than this would be cut down to places or counts anyway.
  const withText = places.length <= limits.relatedMaxLines && all.length <= limits.symbolFilesMax;
  const out: { path: string; hits: RelatedHit[] }[] = [];
  for (const { uri, places: inFile } of all) {
    deps.libraries.note(uri);
    const nameless = withText && inFile.some(({ name }) => name === undefined);
    const entries = nameless ? flatten(await deps.servers.symbolsOf(uri, deps.context, endMs)) : [];
    const hits: RelatedHit[] = [];
    for (const { at, name } of inFile) {
      const around = name ?? enclosing(entries, at)?.namePath;
      const text = withText ? await files.shown(uri, at.line) : undefined;
      hits.push({
        ...at,
        ...(around === undefined ? {} : { in: around }),
        ...(text === undefined ? {} : { text }),
      });
    }
    out.push({ path: shownPath(uri), hits });
  }
  return out;
}

const isOwn = (uri: vscode.Uri) => vscode.workspace.getWorkspaceFolder(uri) !== undefined;

async function deletedPlace(places: readonly RelatedPlace[], { disk }: RelationDeps): Promise<string | undefined> {
  const gone = await deletedButShown(disk.known?.stamps);
  const found = gone.find((uri) => places.some((place) => place.uri.fsPath === uri.fsPath));
  return found === undefined ? undefined : deletedButCounted(found);
}

const letter = /[\p{L}\p{N}_$]/u;

/** A place that lies outside its file's text, or within a word, was found in an older text. */
async function outOfPlace(places: readonly RelatedPlace[], files: FileLines): Promise<string | undefined> {
  for (const { uri, at } of places.filter((place) => isOwn(place.uri))) {
    const lines = await files.lines(uri);
    if (lines === undefined) return `${shownPath(uri)} is gone, but the language server still counts it in`;
    const text = lines[at.line - 1];
    const inWord = letter.test(text?.[at.column - 2] ?? ' ') && letter.test(text?.[at.column - 1] ?? ' ');
    if (text === undefined || at.column > text.length + 1 || inWord)
      return `the language server knows an older text of ${shownPath(uri)}`;
  }
  return undefined;
}
