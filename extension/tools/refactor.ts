import type { Handlers } from '../../shared/catalog.ts';
import { limits } from '../../shared/limits.ts';
import type { refactorTools } from '../../shared/tools/refactor.ts';
import type { CleanBases } from './support/clean-bases.ts';
import { type ActionPlan, codeAction } from './support/code-action.ts';
import type { DiskWatch } from './support/disk-watch.ts';
import type { EditTurns } from './support/edit-turns.ts';
import type { KnownTexts } from './support/known-texts.ts';
import type { LanguageServers } from './support/language-servers.ts';
import { PlanMemory } from './support/plan-memory.ts';
import { type RenamePlan, renameSymbol } from './support/rename-symbol.ts';
import type { ToolContext } from './tool-context.ts';

export interface RefactorDeps {
  readonly bases: CleanBases;
  readonly disk: DiskWatch;
  readonly servers: LanguageServers;
  readonly known: KnownTexts;
  readonly turns: EditTurns;
  /** Names this life of the extension host in the ids of plans. */
  readonly epoch: string;
}

export function createRefactorHandlers({ epoch, ...deps }: RefactorDeps): Handlers<typeof refactorTools, ToolContext> {
  const life = epoch.slice(0, 8);
  const renames = new PlanMemory<RenamePlan>({ max: limits.plansMax, prefix: `rename-${life}` });
  const actions = new PlanMemory<ActionPlan>({ max: limits.plansMax, prefix: `action-${life}` });
  return {
    rename_symbol: (input, context) => renameSymbol(input, { ...deps, context, plans: renames }),
    code_action: (input, context) => codeAction(input, { ...deps, context, plans: actions }),
  };
}
