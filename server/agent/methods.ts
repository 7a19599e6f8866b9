import type { AgentContext, ToolCall } from '../calls/dispatcher.ts';
import type { CancelSignal } from '../editors/cancellation.ts';
import type { CallKey } from './agent-hints.ts';
import type { LoggingLevel } from './logging-level.ts';

/** Of one request, whichever era it came in. */
export interface MethodContext {
  readonly agent: AgentContext;
  readonly signal: CancelSignal;
  /** Only tools/call has a use for it. */
  readonly key?: CallKey;
  readonly progress?: NonNullable<ToolCall['progress']>;
  /** Sends a log line ahead of the answer, if the client wants lines of this level. */
  readonly log?: (level: LoggingLevel, data: unknown) => void;
  /**
   * Asks the client something while its request runs; resolves with the result, rejects when there is none. Absent where
   * a client cannot be asked, which is the whole modern era.
   */
  readonly ask?: (
    method: string,
    params: Readonly<Record<string, unknown>>,
  ) => Promise<Readonly<Record<string, unknown>>>;
}

/**
 * Resolves with the serialised result. The params are as the client sent them, `_meta` and all.
 *
 * @throws RpcError for a misuse of the protocol.
 */
export type Method = (params: unknown, context: MethodContext) => Promise<string>;

/** The methods that both eras serve in the same way; what belongs to one era alone lives with that era. */
export type MethodTable = ReadonlyMap<string, Method>;
