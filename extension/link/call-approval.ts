import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { type ApprovalRequest, type Asker, type AskOptions, subjectOf } from '../approvals/approvals.ts';
import type { CallTime } from './call-time.ts';

/** Who asks the person; implemented by `Approvals`. */
export interface CallApprovals {
  ask(asker: Asker, request: ApprovalRequest, options: AskOptions): Promise<void>;
}

export interface CallApprovalDeps {
  readonly approvals: CallApprovals;
  readonly asker: Asker;
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'now'>;
  readonly time: CallTime;
  /** Tells the bridge that the call's time stands still, or goes on. */
  readonly tell: (waiting: boolean) => void;
}

/** What one call asks the person: each thing once, and all of it within one wait that is not the call's own time. */
export class CallApproval {
  readonly #deps: CallApprovalDeps;
  readonly #startMs: number;
  readonly #allowed = new Set<string>();
  #waitedMs = 0;

  constructor(deps: CallApprovalDeps) {
    this.#deps = deps;
    this.#startMs = deps.clock.now();
  }

  /** @throws HoldfastError as `Approvals.ask` */
  async ask(request: ApprovalRequest, grant?: string): Promise<void> {
    const subject = subjectOf(request);
    if (this.#allowed.has(subject)) return;
    const { approvals, asker, signal, clock, time, tell } = this.#deps;
    let sinceMs: number | undefined;
    const waits = (): void => {
      sinceMs = clock.now();
      time.pause();
      tell(true);
    };
    try {
      await approvals.ask(asker, request, { grant, signal, waitMs: this.#waitMs, waits });
    } finally {
      if (sinceMs !== undefined) {
        this.#waitedMs += clock.now() - sinceMs;
        time.resume();
        tell(false);
      }
    }
    this.#allowed.add(subject);
  }

  /** An agent that gives up before it is told that it may come back has lost its call. */
  get #waitMs(): number {
    const { asker, clock, time } = this.#deps;
    // This bridge's clock goes on.
    if (asker.agent.tokenId === undefined) return Math.min(limits.approvalWaitMs, Math.max(0, time.leftMs / 2));
    const patienceMs = this.#startMs + limits.agentRequestMs - limits.approvalReserveMs - clock.now();
    return Math.max(0, Math.min(limits.approvalWaitMs - this.#waitedMs, patienceMs));
  }
}
