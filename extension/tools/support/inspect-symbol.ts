/** The tool inspect_symbol: locate, then ask for each part. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { relationTools } from '../../../shared/tools/relations.ts';
import { FileLines } from './file-lines.ts';
import type { RelationDeps } from './find-related.ts';
import { freshnessOf } from './freshness.ts';
import { splitHover } from './hover-text.ts';
import { openCaughtUp } from './open-caught-up.ts';
import { locate } from './symbol-locator.ts';
import { definitionsOf, inOrder, type Place, placesOf, shownPlace } from './symbol-places.ts';
import { within } from './wait.ts';

type Definition = typeof relationTools.inspect_symbol;

export async function inspectSymbol(
  input: z.output<Definition['input']>,
  { bases, disk, servers, libraries, context }: RelationDeps,
): Promise<z.output<Definition['output']>> {
  const parts = new Set(input.parts ?? ['definition', 'hover', 'signature']);
  const target = await libraries.resolve(input.path);
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const { document, diskState, behind } = await openCaughtUp(target, { context, bases, disk }, endMs);
  const { uri } = document;
  const { name, at } = await locate(document, target.shown, input, { ...context, servers }, endMs);
  const files = new FileLines();
  const shown = async (places: readonly Place[]) => {
    const kept = inOrder(places).slice(0, limits.inspectPlacesMax);
    for (const place of kept) libraries.note(place.uri);
    return Promise.all(kept.map((place) => shownPlace(place, files, limits.inspectBodyMaxLines)));
  };
  const lastMs = endMs + limits.symbolMarginMs / 2;
  const { answer, reason } = await servers.settled(
    document,
    async () => ({
      definition: parts.has('definition') ? await definitionsOf(uri, at, context, lastMs) : undefined,
      hover: parts.has('hover') || parts.has('signature') ? await hoverAt(uri, at) : undefined,
      overloads: parts.has('signature') ? await overloadsAt(document, at) : [],
      type: parts.has('type')
        ? await placesOf('vscode.executeTypeDefinitionProvider', uri, at, context, lastMs)
        : undefined,
      implementation: parts.has('implementation')
        ? await placesOf('vscode.executeImplementationProvider', uri, at, context, lastMs)
        : undefined,
    }),
    ({ definition, hover, implementation }) =>
      (definition?.length ?? 0) + (implementation?.length ?? 0) + (hover?.documentation.length ?? 0),
    context,
    endMs,
  );
  const { definition, hover, overloads = [], type, implementation } = answer ?? {};
  const cut = [definition, type, implementation].some((places) => (places?.length ?? 0) > limits.inspectPlacesMax)
    ? `only ${limits.inspectPlacesMax} places of each part are here: find_related lists all`
    : undefined;
  const reasons = [reason, behind, cut].filter((each) => each !== undefined);
  const line = await files.shown(uri, at.line + 1);
  return {
    symbol: {
      name,
      path: target.shown,
      line: at.line + 1,
      column: at.character + 1,
      ...(line === undefined ? {} : { text: line }),
    },
    ...(parts.has('definition') ? { definition: await shown(definition ?? []) } : {}),
    ...(parts.has('hover') ? { hover: hover?.documentation ?? '' } : {}),
    ...(parts.has('signature') ? { signature: overloads.length > 0 ? overloads : (hover?.signatures ?? []) } : {}),
    ...(parts.has('type') ? { type: await shown(type ?? []) } : {}),
    ...(parts.has('implementation') ? { implementation: await shown(implementation ?? []) } : {}),
    freshness: freshnessOf(document, diskState, reasons.length === 0 ? undefined : reasons.join('; ')),
  };

  async function hoverAt(of: vscode.Uri, position: vscode.Position) {
    const command = vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', of, position);
    const hovers = (await within(context, Math.max(0, lastMs - context.clock.now()), command)) ?? [];
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((each) => (typeof each === 'string' ? each : each.value)),
    );
    return splitHover(texts, limits.inspectHoverMaxChars);
  }

  /** Where the name is being called, its overloads; elsewhere nothing. */
  async function overloadsAt(of: vscode.TextDocument, position: vscode.Position): Promise<string[]> {
    const end = of.getWordRangeAtPosition(position)?.end ?? position;
    if (of.getText(new vscode.Range(end, end.translate(0, 1))) !== '(') return [];
    const command = vscode.commands.executeCommand<vscode.SignatureHelp | undefined>(
      'vscode.executeSignatureHelpProvider',
      of.uri,
      end.translate(0, 1),
    );
    const help = await within(context, Math.max(0, lastMs - context.clock.now()), command);
    return (help?.signatures ?? []).slice(0, limits.inspectPlacesMax).map(({ label }) => label);
  }
}
