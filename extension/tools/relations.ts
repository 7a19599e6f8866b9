import type { Handlers } from '../../shared/catalog.ts';
import type { relationTools } from '../../shared/tools/relations.ts';
import { findRelated, type RelationDeps } from './support/find-related.ts';
import { inspectSymbol } from './support/inspect-symbol.ts';
import type { ToolContext } from './tool-context.ts';

export function createRelationHandlers(
  deps: Omit<RelationDeps, 'context'>,
): Handlers<typeof relationTools, ToolContext> {
  return {
    inspect_symbol: (input, context) => inspectSymbol(input, { ...deps, context }),
    find_related: (input, context) => findRelated(input, { ...deps, context }),
  };
}
