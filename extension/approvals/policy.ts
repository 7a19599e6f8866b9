import { type Effect, strongestEffect, type ToolDefinition } from '../../shared/define-tool.ts';

const policies = ['ask', 'session', 'always'] as const;
/**
 * `ask`: the person is asked for each call. `session`: asked until they allow it for as long as the window lives.
 * `always`: never asked, except about protected files.
 */
export type Policy = (typeof policies)[number];

type Choices = Readonly<Record<string, Policy>>;

/** The person's choice per kind of call, or for all of them. */
export type ApprovalSettings = Choices | 'ask';

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
  if (kind.effect === 'read') return 'always';
  if (settings === 'ask') return 'ask';
  const name = kindName(kind);
  const chosen = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return chosen ?? defaultPolicy(kind);
}

/** What there is to choose for a set of tools, with its default: the manifest offers exactly this. */
export function policyChoices(definitions: Readonly<Record<string, ToolDefinition>>): Choices {
  const kinds = Object.values(definitions)
    .map((definition) => ({ toolset: definition.toolset, effect: strongestEffect(definition) }))
    .filter(({ effect }) => effect !== 'read');
  return Object.fromEntries(kinds.map((kind) => [kindName(kind), defaultPolicy(kind)]));
}

/** Reads the setting. A choice that cannot be understood was meant to restrict something, so it asks. */
export function readApprovalSettings(value: unknown): ApprovalSettings {
  if (value === undefined) return {};
  if (!isTable(value)) return 'ask';
  return Object.fromEntries(Object.entries(value).map(([name, policy]) => [name, toPolicy(policy) ?? 'ask']));
}

/** What of the setting is not understood, each in one line for the log. */
export function approvalProblems(
  value: unknown,
  definitions: Readonly<Record<string, ToolDefinition>>,
): readonly string[] {
  const setting = 'holdfast.approvals';
  if (value === undefined) return [];
  if (!isTable(value))
    return [`${setting} is no object like { "core.write": "ask" }: every call that does more than read is asked for.`];
  const kinds = Object.keys(policyChoices(definitions));
  return Object.entries(value).flatMap(([name, policy]) => {
    const written = JSON.stringify(name);
    if (!kinds.includes(name))
      return [`${setting}: there is no kind of call ${written}, so it restricts nothing. There are ${quoted(kinds)}.`];
    return toPolicy(policy) === undefined
      ? [`${setting}: ${written} is none of ${quoted(policies)}: it asks for each call.`]
      : [];
  });
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toPolicy(value: unknown): Policy | undefined {
  return policies.find((each) => each === value);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
