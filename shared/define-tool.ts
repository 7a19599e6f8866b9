import type { z } from 'zod';
import type { ToolsetName } from './toolsets.ts';

/** What a call does to the person's machine; MCP annotations are derived from it. */
export type Effect = 'read' | 'ui' | 'write' | 'destructive';

/** The effect of a tool for which it depends on the input: a preview of a changing tool is a read. */
interface EffectByInput<I> {
  /** What listings say of the tool; no input may have a stronger one. */
  readonly strongest: Effect;
  readonly of: (input: I) => Effect;
}

/**
 * A tool, defined once. The bridge derives its listing, JSON Schemas, annotations and docs from this; the extension
 * (or, for `runsIn: 'bridge'`, the bridge) supplies the handler.
 */
export interface ToolDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  readonly description: string;
  readonly toolset: ToolsetName;
  /** Where the handler lives; `editor` unless said otherwise. */
  readonly runsIn?: 'editor' | 'bridge';
  readonly effect: Effect | EffectByInput<z.output<I>>;
  /** Whether repeating the call with the same input leaves the same state. */
  readonly idempotent: boolean;
  /** Budget in milliseconds; may depend on the input (a wait that the agent chose). */
  readonly timeoutMs: number | ((input: z.output<I>) => number);
  readonly input: I;
  readonly output: O;
  /** The short text for the model beside `structuredContent`: grouped, no JSON noise, never a bare scalar. */
  readonly render: (output: z.output<O>) => string;
}

export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
): ToolDefinition<I, O> {
  return definition;
}

const byStrength: readonly Effect[] = ['read', 'ui', 'write', 'destructive'];

/** The effect of one call. What claims to do more than its tool declares is a defect, and counts as the worst. */
export function effectOf<I extends z.ZodObject>(
  definition: Pick<ToolDefinition<I>, 'effect'>,
  input: z.output<I>,
): Effect {
  const { effect } = definition;
  if (typeof effect === 'string') return effect;
  const actual = effect.of(input);
  return byStrength.indexOf(actual) > byStrength.indexOf(effect.strongest) ? 'destructive' : actual;
}

/** The strongest effect that a call of the tool can have. */
export function strongestEffect({ effect }: Pick<ToolDefinition, 'effect'>): Effect {
  return typeof effect === 'string' ? effect : effect.strongest;
}
