/** The tool inspect_symbol: locate, ask for each part, cut to size. */
import type { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { relationTools } from '../../../shared/tools/relations.ts';
import { FileLines } from './file-lines.ts';
import type { RelationDeps } from './find-related.ts';
import { freshnessOf } from './freshness.ts';
import { askParts, type InspectedParts, type InspectPart } from './inspect-parts.ts';
import { openCaughtUp } from './open-caught-up.ts';
import { locate } from './symbol-locator.ts';
import { inOrder, type Place, shownPlace } from './symbol-places.ts';

type Definition = typeof relationTools.inspect_symbol;
type Output = z.output<Definition['output']>;
type Shown = Pick<Output, 'definition' | 'hover' | 'signature' | 'type' | 'implementation'>;

/** Whole declarations, then lines, then only a few: places of one part, and lines of one place. */
const sizes = [
  { places: limits.inspectPlacesMax, lines: limits.inspectBodyMaxLines },
  { places: limits.inspectPlacesMax, lines: 1 },
  { places: 3, lines: 1 },
] as const;

export async function inspectSymbol(input: z.output<Definition['input']>, deps: RelationDeps): Promise<Output> {
  const { servers, libraries, context } = deps;
  const parts = new Set<InspectPart>(input.parts ?? ['definition', 'hover', 'signature']);
  const target = await libraries.resolve(input.path);
  const endMs = context.clock.now() + limits.symbolWaitMs;
  const { document, diskState, behind } = await openCaughtUp(target, deps, endMs);
  const { name, at } = await locate(document, target.shown, input, { ...context, servers }, endMs);
  const files = new FileLines();
  const lastMs = endMs + limits.symbolMarginMs / 2;
  const { answer, reason } = await servers.settled(
    document,
    () => askParts(document, at, parts, { ...context, files, endMs: lastMs }),
    (asked) => JSON.stringify(asked).length,
    context,
    endMs,
  );
  const { shown, cut } = await fit(answer, files, deps);
  const reasons = [
    reason,
    behind,
    cut ? 'not all places are here: find_related lists implementations' : undefined,
  ].filter((each) => each !== undefined);
  const line = await files.shown(document.uri, at.line + 1);
  return {
    symbol: {
      name,
      path: target.shown,
      line: at.line + 1,
      column: at.character + 1,
      ...(line === undefined ? {} : { text: line }),
    },
    ...shown,
    freshness: freshnessOf(document, diskState, reasons.length === 0 ? undefined : reasons.join('; ')),
  };
}

async function fit(
  answer: InspectedParts | undefined,
  files: FileLines,
  { libraries }: RelationDeps,
): Promise<{ readonly shown: Shown; readonly cut: boolean }> {
  const { definition, hover, signature, type, implementation } = answer ?? {};
  const signatures = signature?.slice(0, limits.inspectPlacesMax);
  let shown: Shown = {};
  let cut = false;
  for (const size of sizes) {
    const some = async (places: readonly Place[]) => {
      const kept = inOrder(places).slice(0, size.places);
      for (const { uri } of kept) libraries.note(uri);
      return Promise.all(kept.map((place) => shownPlace(place, files, size.lines)));
    };
    shown = {
      ...(definition === undefined ? {} : { definition: await some(definition) }),
      ...(hover === undefined ? {} : { hover }),
      ...(signatures === undefined ? {} : { signature: shortened(signatures) }),
      ...(type === undefined ? {} : { type: await some(type) }),
      ...(implementation === undefined ? {} : { implementation: await some(implementation) }),
    };
    cut = [definition, type, implementation].some((places) => (places?.length ?? 0) > size.places);
    if (JSON.stringify(shown).length <= limits.answerChars) break;
  }
  return { shown, cut };
}

/** Together as long as one hover may be. */
function shortened(signatures: readonly string[]): string[] {
  const maxChars = Math.floor(limits.inspectHoverMaxChars / Math.max(1, signatures.length));
  return signatures.map((each) => (each.length <= maxChars ? each : `${each.slice(0, maxChars)}…`));
}
