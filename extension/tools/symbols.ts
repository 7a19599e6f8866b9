import type { Handlers } from '../../shared/catalog.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { symbolTools } from '../../shared/tools/symbols.ts';
import type { CleanBases } from './support/clean-bases.ts';
import type { DiskWatch } from './support/disk-watch.ts';
import { openDocument } from './support/document.ts';
import { findSymbols } from './support/find-symbols.ts';
import { freshnessOf, settledDiskState } from './support/freshness.ts';
import type { LanguageServers } from './support/language-servers.ts';
import type { LibrarySources } from './support/library-sources.ts';
import { checkKinds, fitOutline } from './support/outline-fit.ts';
import { findByNamePath, flatten, type SymbolNode } from './support/symbol-tree.ts';
import type { ToolContext } from './tool-context.ts';

export interface SymbolDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
  readonly libraries: LibrarySources;
}

export function createSymbolHandlers(deps: SymbolDeps): Handlers<typeof symbolTools, ToolContext> {
  return {
    async outline({ path, symbol, depth, kinds, offset = 0 }, context) {
      checkKinds(kinds);
      const target = await deps.libraries.resolve(path);
      const document = await openDocument(target);
      const endMs = context.clock.now() + limits.symbolWaitMs;
      const disk = await settledDiskState(document, deps.bases, context);
      const nodes = await deps.servers.symbols(document, context, endMs);
      const roots = symbol === undefined ? (nodes ?? []) : below(nodes ?? [], symbol, target.shown);
      const mute =
        nodes === undefined ? `no language server gives symbols of ${document.languageId} files here` : undefined;
      return {
        path: target.shown,
        language: document.languageId,
        lines: document.lineCount,
        ...fitOutline(
          flatten(roots),
          { depth, least: symbol === undefined ? 1 : 2, kinds, offset },
          limits.answerChars,
        ),
        freshness: freshnessOf(document, disk, mute),
      };
    },

    find_symbol: (input, context) => findSymbols(input, { ...deps, context }),
  };
}

/** The symbols that a name path means, as a tree of their own. */
function below(nodes: readonly SymbolNode[], symbol: string, shown: string): SymbolNode[] {
  const found = findByNamePath(nodes, symbol).map(({ node }) => node);
  if (found.length > 0) return found;
  throw new HoldfastError('not_found', `There is no symbol ${symbol} in ${shown}.`, {
    hint: 'Call outline without symbol for the names.',
  });
}
