/** Asks language servers what is related to a symbol. */
import * as vscode from 'vscode';
import type { Relation } from '../../../shared/tools/relations.ts';
import type { FileLines } from './file-lines.ts';
import { heritageHeads } from './heritage.ts';
import { byFile, definitionsOf, type Place, placesOf, toPlace } from './symbol-places.ts';
import { comparePositions, type Position } from './symbol-tree.ts';
import { isTypeScript } from './typescript-diagnostics.ts';
import { type WaitDeps, within } from './wait.ts';

export interface RelatedPlace extends Place {
  /** Name of the symbol itself, where the server gives one: a caller, a type. */
  readonly name?: string;
}

export interface Related {
  readonly places: readonly RelatedPlace[];
  /** Why places may be missing, or undefined. */
  readonly reason?: string;
}

interface RelatedDeps extends WaitDeps {
  readonly files: FileLines;
  readonly endMs: number;
}

/** Undefined when the server has not answered in time. */
export async function relatedPlaces(
  document: vscode.TextDocument,
  at: vscode.Position,
  relation: Relation,
  deps: RelatedDeps,
): Promise<Related | undefined> {
  const { uri } = document;
  switch (relation) {
    case 'references': {
      const places = await placesOf('vscode.executeReferenceProvider', uri, at, deps, deps.endMs);
      if (places === undefined || places.length > 0) return places === undefined ? undefined : { places };
      // Even a name that is never used has its own declaration.
      return { places, reason: 'the language server lists not even the declaration: it may not know this name yet' };
    }
    case 'implementations': {
      const places = await placesOf('vscode.executeImplementationProvider', uri, at, deps, deps.endMs);
      return places === undefined ? undefined : { places: await declarationsOf(places, deps) };
    }
    case 'callers':
    case 'callees':
      return calls(document, at, relation, deps);
    case 'supertypes':
    case 'subtypes':
      return types(document, at, relation, deps);
  }
}

/** TypeScript counts imports and exports of an implementation in; they are followed to what they stand for. */
async function declarationsOf(places: readonly Place[], deps: RelatedDeps): Promise<RelatedPlace[]> {
  const out: RelatedPlace[] = [];
  for (const place of places) {
    const text = (await deps.files.lines(place.uri))?.[place.at.line - 1] ?? '';
    const passesOn = /^\s*(?:import|export)\b.*\bfrom\b|^\s*export\s*\{/.test(text);
    const at = new vscode.Position(place.at.line - 1, place.at.column - 1);
    const meant = passesOn ? await definitionsOf(place.uri, at, deps, deps.endMs) : [];
    out.push(...(meant.length > 0 ? meant : [place]));
  }
  return unique(out);
}

function run<T>(deps: RelatedDeps, command: string, ...args: readonly unknown[]): Promise<T | undefined> {
  const leftMs = Math.max(0, deps.endMs - deps.clock.now());
  return within(deps, leftMs, vscode.commands.executeCommand<T | undefined>(command, ...args));
}

async function calls(
  document: vscode.TextDocument,
  at: vscode.Position,
  relation: 'callers' | 'callees',
  deps: RelatedDeps,
): Promise<Related | undefined> {
  const items = await run<vscode.CallHierarchyItem[]>(deps, 'vscode.prepareCallHierarchy', document.uri, at);
  if (items === undefined) return undefined;
  if (items.length === 0)
    return { places: [], reason: `no language server knows calls of this name (${document.languageId})` };
  const places: RelatedPlace[] = [];
  for (const item of items) {
    if (relation === 'callers') {
      const incoming = await run<vscode.CallHierarchyIncomingCall[]>(deps, 'vscode.provideIncomingCalls', item);
      if (incoming === undefined) return undefined;
      places.push(
        ...incoming.flatMap(({ from, fromRanges }) =>
          fromRanges.map((range) => named({ uri: from.uri, range }, nameOf(from))),
        ),
      );
    } else {
      const outgoing = await run<vscode.CallHierarchyOutgoingCall[]>(deps, 'vscode.provideOutgoingCalls', item);
      if (outgoing === undefined) return undefined;
      places.push(...outgoing.map(({ to }) => named({ uri: to.uri, range: to.selectionRange }, nameOf(to))));
    }
  }
  return { places: unique(places) };
}

/** TypeScript puts the class of a method into the detail. */
function nameOf({ name, detail }: vscode.CallHierarchyItem | vscode.TypeHierarchyItem): string {
  return detail !== undefined && /^[\p{L}\p{N}_$.]+$/u.test(detail) ? `${detail}/${name}` : name;
}

const named = (location: vscode.Location, name: string): RelatedPlace => ({ ...toPlace(location), name });

/** Overloads of one function share their callers. */
function unique(places: readonly RelatedPlace[]): RelatedPlace[] {
  return [
    ...new Map(places.map((place) => [`${place.uri.toString()}:${place.at.line}:${place.at.column}`, place])).values(),
  ];
}

async function types(
  document: vscode.TextDocument,
  at: vscode.Position,
  relation: 'supertypes' | 'subtypes',
  deps: RelatedDeps,
): Promise<Related | undefined> {
  const items = await run<vscode.TypeHierarchyItem[]>(deps, 'vscode.prepareTypeHierarchy', document.uri, at);
  if (items === undefined) return undefined;
  if (items.length === 0) {
    if (!isTypeScript(document))
      return { places: [], reason: `no language server knows types of this name (${document.languageId})` };
    return relation === 'supertypes' ? supertypes(document, at, deps) : subtypes(document, at, deps);
  }
  const command = relation === 'supertypes' ? 'vscode.provideSupertypes' : 'vscode.provideSubtypes';
  const places: RelatedPlace[] = [];
  for (const item of items) {
    const found = await run<vscode.TypeHierarchyItem[]>(deps, command, item);
    if (found === undefined) return undefined;
    places.push(...found.map((each) => named({ uri: each.uri, range: each.selectionRange }, nameOf(each))));
  }
  return { places: unique(places) };
}

/** What the head of the declaration names, each followed to its own declaration. */
async function supertypes(document: vscode.TextDocument, at: vscode.Position, deps: RelatedDeps): Promise<Related> {
  const places: RelatedPlace[] = [];
  for (const declared of await definitionsOf(document.uri, at, deps, deps.endMs)) {
    const text = (await deps.files.lines(declared.uri))?.join('\n') ?? '';
    const head = heritageHeads(text).find(
      ({ offset }) => comparePositions(positionAt(text, offset), declared.at) === 0,
    );
    for (const { name, offset } of head?.supers ?? []) {
      const { line, column } = positionAt(text, offset);
      const found = await definitionsOf(declared.uri, new vscode.Position(line - 1, column - 1), deps, deps.endMs);
      places.push(...found.map((place) => ({ ...place, name })));
    }
  }
  return { places: unique(places) };
}

/** The references that stand in the head of a class or interface. */
async function subtypes(
  document: vscode.TextDocument,
  at: vscode.Position,
  deps: RelatedDeps,
): Promise<Related | undefined> {
  const references = await relatedPlaces(document, at, 'references', deps);
  if (references === undefined) return undefined;
  const places: RelatedPlace[] = [];
  for (const { uri, places: inFile } of byFile(references.places)) {
    const text = (await deps.files.lines(uri))?.join('\n') ?? '';
    for (const { name, offset, supers } of heritageHeads(text)) {
      const above = supers.map((each) => positionAt(text, each.offset));
      const hit = inFile.some((place) => above.some((each) => comparePositions(each, place.at) === 0));
      if (!hit) continue;
      const start = positionAt(text, offset);
      const end = { line: start.line, column: start.column + name.length };
      places.push({ uri, at: start, atEnd: end, endLine: start.line, name });
    }
  }
  return { ...references, places };
}

/** @param text with \n between its lines */
function positionAt(text: string, offset: number): Position {
  const before = text.lastIndexOf('\n', offset - 1);
  return { line: text.slice(0, offset).split('\n').length, column: offset - before };
}
