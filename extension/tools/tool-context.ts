import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { ApprovalRequest } from '../approvals/approvals.ts';

/** How far a long call is; shown by agents that asked for it. */
interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a handler gets beside its input. Never grows a method per tool: handlers import what they need. */
export interface ToolContext {
  /** Aborted when the agent cancels or the time is over; its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** Who calls, as it names itself. */
  readonly agent: { readonly name: string; readonly version: string };
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: (progress: Progress) => void;
  /**
   * Asks the person about a change that no setting allows for good. Resolves when it may be made; what it takes is not the
   * call's time.
   *
   * @throws HoldfastError `approval_pending`, `approval_denied`, `cancelled`: nothing must be done then
   */
  readonly approve: (request: ApprovalRequest) => Promise<void>;
}
