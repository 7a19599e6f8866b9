import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import {
  type Allowance,
  type ApprovalRequest,
  type Asker,
  type AskOptions,
  subjectOf,
} from '../approvals/approvals.ts';
import type { CallTime } from './call-time.ts';

/** Who asks the person; implemented by `Approvals`. */
export interface CallApprovals {
  ask(asker: Asker, request: ApprovalRequest, options: AskOptions): Promise<Allowance>;
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
  readonly #allowed = new Map<string, Allowance>();
  #waitedMs = 0;

  constructor(deps: CallApprovalDeps) {
    this.#deps = deps;
    this.#startMs = deps.clock.now();
  }

  /**
   * Whether it may run, before anything but its input is known.
   *
   * @param grant as in `AskOptions`
   * @throws HoldfastError as `Approvals.ask`
   */
  askForKind(request: ApprovalRequest, grant: string | undefined): Promise<void> {
    return this.#ask(request, { stage: 'kind', grant });
  }

  /** Whether it may make this change. @throws HoldfastError as `Approvals.ask` */
  askForChange(request: ApprovalRequest): Promise<void> {
    return this.#ask(request, { stage: 'change', grant: undefined });
  }

  /** It ended as pending: what the person allowed it so far is not asked again when it is repeated. */
  giveBack(): void {
    for (const allowance of this.#allowed.values()) allowance.giveBack();
  }

  async #ask(request: ApprovalRequest, about: Pick<AskOptions, 'stage' | 'grant'>): Promise<void> {
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
      const allowance = await approvals.ask(asker, request, { ...about, signal, waitMs: this.#waitMs, waits });
      this.#allowed.set(subject, allowance);
    } finally {
      if (sinceMs !== undefined) {
        this.#waitedMs += clock.now() - sinceMs;
        time.resume();
        tell(false);
      }
    }
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
