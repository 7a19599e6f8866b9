import { type Effect, strongestEffect, type ToolDefinition } from '../../shared/define-tool.ts';

const policies = ['ask', 'session', 'always'] as const;
/**
 * `ask`: the person is asked for each call. `session`: asked until they allow it for as long as the window lives.
 * `always`: never asked, except about protected files.
 */
export type Policy = (typeof policies)[number];

/** The person's choice per kind of call. */
export type ApprovalSettings = Readonly<Record<string, Policy>>;

type Kind = Pick<ToolDefinition, 'toolset'> & { readonly effect: Effect };

/** How the setting names a kind of call, for example `core.write`. */
export function kindName({ toolset, effect }: Kind): string {
  return `${toolset}.${effect}`;
}

/**
 * Edits of the core toolset can be undone in the editor, where the person sees them. Everything that cannot, and every
 * toolset that reaches further than the editor, is asked for.
 */
function defaultPolicy({ toolset, effect }: Kind): Policy {
  return effect === 'read' || (toolset === 'core' && effect !== 'destructive') ? 'always' : 'ask';
}

export function policyOf(kind: Kind, settings: ApprovalSettings): Policy {
  const name = kindName(kind);
  const chosen = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return kind.effect === 'read' ? 'always' : (chosen ?? defaultPolicy(kind));
}

/** What there is to choose for a set of tools, with its default: the manifest offers exactly this. */
export function policyChoices(definitions: Readonly<Record<string, ToolDefinition>>): ApprovalSettings {
  const kinds = Object.values(definitions)
    .map((definition) => ({ toolset: definition.toolset, effect: strongestEffect(definition) }))
    .filter(({ effect }) => effect !== 'read');
  return Object.fromEntries(kinds.map((kind) => [kindName(kind), defaultPolicy(kind)]));
}

/** Reads the setting. A choice that cannot be understood was meant to restrict something, so it asks. */
export function readApprovalSettings(value: unknown): ApprovalSettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, policy]) => [name, policies.find((each) => each === policy) ?? 'ask']),
  );
}
