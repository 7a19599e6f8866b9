/** Places that language servers name, whatever form they come in. */
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { SymbolPlace } from '../../../shared/tools/symbol-fields.ts';
import type { FileLines } from './file-lines.ts';
import { comparePositions, type Position } from './symbol-tree.ts';
import { toPosition } from './to-symbol-node.ts';
import { type WaitDeps, within } from './wait.ts';
import { shownPath } from './workspace-path.ts';

export interface Place {
  readonly uri: vscode.Uri;
  /** The name: first position, and the one after the last. */
  readonly at: Position;
  readonly atEnd: Position;
  /** Last line of the whole, where the server says. */
  readonly endLine: number;
}

type PlaceCommand =
  | 'vscode.executeDefinitionProvider'
  | 'vscode.executeTypeDefinitionProvider'
  | 'vscode.executeImplementationProvider'
  | 'vscode.executeReferenceProvider';

/** Asks a provider for places; undefined when it does not answer in time. */
export async function placesOf(
  command: PlaceCommand,
  uri: vscode.Uri,
  at: vscode.Position,
  deps: WaitDeps,
  endMs: number,
): Promise<Place[] | undefined> {
  const found = await within(
    deps,
    Math.max(0, endMs - deps.clock.now()),
    vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[] | undefined>(command, uri, at),
  );
  return found === undefined ? undefined : unique(found.map(toPlace));
}

export function toPlace(found: vscode.Location | vscode.LocationLink): Place {
  if (!('targetUri' in found)) {
    const { uri, range } = found;
    return { uri, at: toPosition(range.start), atEnd: toPosition(range.end), endLine: range.end.line + 1 };
  }
  const name = found.targetSelectionRange ?? found.targetRange;
  return {
    uri: found.targetUri,
    at: toPosition(name.start),
    atEnd: toPosition(name.end),
    endLine: found.targetRange.end.line + 1,
  };
}

/** Two providers of one language may name the same place. */
function unique(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [keyOf(place), place])).values()];
}

export function keyOf({ uri, at }: Pick<Place, 'uri' | 'at'>): string {
  return `${uri.toString()}#${at.line}:${at.column}`;
}

/** By path, then by position. */
export function inOrder<P extends Place>(places: readonly P[]): P[] {
  return places.toSorted((a, b) => a.uri.path.localeCompare(b.uri.path, 'en') || comparePositions(a.at, b.at));
}

/** The places of each file, none of them empty. */
export function byFile<P extends Place>(places: readonly P[]): { readonly uri: vscode.Uri; readonly places: P[] }[] {
  const files = new Map<string, { readonly uri: vscode.Uri; readonly places: P[] }>();
  for (const place of places) {
    const key = place.uri.toString();
    const file = files.get(key);
    if (file === undefined) files.set(key, { uri: place.uri, places: [place] });
    else file.places.push(place);
  }
  return [...files.values()];
}

/**
 * Where the name at a position is declared. An import or a re-export is not the end: it is followed as long as its own
 * definition is somewhere else.
 */
export async function definitionsOf(
  uri: vscode.Uri,
  at: vscode.Position,
  deps: WaitDeps,
  endMs: number,
): Promise<Place[]> {
  let places = (await placesOf('vscode.executeDefinitionProvider', uri, at, deps, endMs)) ?? [];
  const seen = new Set<string>();
  for (let hop = 0; hop < limits.symbolHopsMax; hop += 1) {
    const [only] = places;
    const ends = only === undefined || places.length > 1 || seen.has(keyOf(only));
    if (ends || vscode.workspace.getWorkspaceFolder(only.uri) === undefined) return places;
    seen.add(keyOf(only));
    const position = new vscode.Position(only.at.line - 1, only.at.column - 1);
    const next = await placesOf('vscode.executeDefinitionProvider', only.uri, position, deps, endMs);
    if (next === undefined || next.length === 0) return places;
    places = next;
  }
  return places;
}

/** A place as answers show it. */
export async function shownPlace(place: Place, files: FileLines, maxLines = 1): Promise<SymbolPlace> {
  const { uri, at, endLine } = place;
  const text =
    endLine > at.line && endLine - at.line < maxLines
      ? await files.block(uri, at.line, endLine)
      : await files.shown(uri, at.line);
  return { path: shownPath(uri), line: at.line, column: at.column, ...(text === undefined ? {} : { text }) };
}
