import type { Effect } from '../../shared/define-tool.ts';
import type { WindowInfo } from '../../shared/protocol.ts';
import type { CancelSignal } from './cancellation.ts';

export interface CallProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What an idempotency key adds to a call. */
export interface KeyedCall {
  /** Stands for tool and input. */
  readonly fingerprint: string;
  /**
   * `no`: the call is new. `answer`: the window has it, and only answers. `answer-or-run`: the call may have been sent
   * before, but no other window has it; this one runs it if its journal proves that it never came.
   */
  readonly repeat: 'no' | 'answer' | 'answer-or-run';
}

/** One call on its way to a window. */
export interface EditorCall {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Already resolved for this input. */
  readonly effect: Effect;
  /** The editor's time; the bridge answers for it `limits.callMarginMs` later. */
  readonly budgetMs: number;
  /** Who calls: what it says of itself, the id of the token that it has shown, and its session if it has one. */
  readonly agent: {
    readonly name: string;
    readonly version: string;
    readonly tokenId: string;
    readonly session?: string;
  };
  readonly signal: CancelSignal;
  /** Absent without an idempotency key. */
  readonly key?: KeyedCall;
  readonly progress?: (progress: CallProgress) => void;
}

/** One window's registration at the bridge; outlives its link by the grace time. */
export interface EditorSession {
  readonly id: string;
  readonly epoch: string;
  readonly window: WindowInfo;
  readonly readiness: 'ready' | 'reconnecting';
  readonly tools: ReadonlySet<string>;
  /**
   * Resolves with the serialised CallToolResult that the editor made; rejects with a `HoldfastError`. Holds the call
   * while the link is down, within its budget and the window's grace.
   */
  call(call: EditorCall): Promise<string>;
  /**
   * Whether somebody can see this window: its page answers. An extension host lives on without one for hours where windows
   * are in the browser or on a remote machine. A window that is about to return counts as seen.
   */
  isPresent(): Promise<boolean>;
  /** Whether the window's journal has this call, as far as the bridge knows. */
  holds(id: string): boolean;
  /** Lets the window forget calls whose answers were delivered. */
  forget(ids: readonly string[]): void;
}
