/** Asks language servers for the parts of inspect_symbol. */
import * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import type { FileLines } from './file-lines.ts';
import { splitHover } from './hover-text.ts';
import { relatedPlaces } from './related-places.ts';
import { definitionsOf, type Place, placesOf } from './symbol-places.ts';
import { type WaitDeps, within } from './wait.ts';

export type InspectPart = 'definition' | 'hover' | 'signature' | 'type' | 'implementation';

interface AskDeps extends WaitDeps {
  readonly files: FileLines;
  readonly endMs: number;
}

/** What is undefined was not asked for. */
export interface InspectedParts {
  readonly definition: readonly Place[] | undefined;
  readonly hover: string | undefined;
  readonly signature: readonly string[] | undefined;
  readonly type: readonly Place[] | undefined;
  readonly implementation: readonly Place[] | undefined;
}

export async function askParts(
  document: vscode.TextDocument,
  at: vscode.Position,
  parts: ReadonlySet<InspectPart>,
  deps: AskDeps,
): Promise<InspectedParts> {
  const { uri } = document;
  const wants = (part: InspectPart) => parts.has(part);
  const hover = wants('hover') || wants('signature') ? await hoverAt(uri, at, deps) : undefined;
  const overloads = wants('signature') ? await overloadsAt(document, at, deps) : [];
  const type = async () => (await placesOf('vscode.executeTypeDefinitionProvider', uri, at, deps, deps.endMs)) ?? [];
  return {
    definition: wants('definition') ? await definitionsOf(uri, at, deps, deps.endMs) : undefined,
    hover: wants('hover') ? (hover?.documentation ?? '') : undefined,
    signature: wants('signature') ? (overloads.length > 0 ? overloads : (hover?.signatures ?? [])) : undefined,
    type: wants('type') ? await type() : undefined,
    implementation: wants('implementation')
      ? ((await relatedPlaces(document, at, 'implementations', deps))?.places ?? [])
      : undefined,
  };
}

async function hoverAt(uri: vscode.Uri, at: vscode.Position, deps: AskDeps) {
  const asked = vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
  const hovers = (await within(deps, Math.max(0, deps.endMs - deps.clock.now()), asked)) ?? [];
  const texts = hovers.flatMap(({ contents }) =>
    contents.map((each) => (typeof each === 'string' ? each : each.value)),
  );
  return splitHover(texts, limits.inspectHoverMaxChars);
}

/** Where the name is being called, its overloads; elsewhere nothing. */
async function overloadsAt(document: vscode.TextDocument, at: vscode.Position, deps: AskDeps): Promise<string[]> {
  const end = document.getWordRangeAtPosition(at)?.end ?? at;
  const inside = end.translate(0, 1);
  if (document.getText(new vscode.Range(end, inside)) !== '(') return [];
  const asked = vscode.commands.executeCommand<vscode.SignatureHelp | undefined>(
    'vscode.executeSignatureHelpProvider',
    document.uri,
    inside,
  );
  const help = await within(deps, Math.max(0, deps.endMs - deps.clock.now()), asked);
  return (help?.signatures ?? []).map(({ label }) => label);
}
