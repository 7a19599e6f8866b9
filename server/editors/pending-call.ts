import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { CallMessage } from '../../shared/protocol.ts';
import { cancelled, timedOut } from './call-errors.ts';
import type { CallProgress, EditorCall } from './editor-call.ts';

/** Where a call stands. `sent` is for good: what may have reached the window is never treated as unsent again. */
type Phase = { readonly kind: 'waiting' } | { readonly kind: 'sent' } | { readonly kind: 'settled' };

export interface PendingCallDeps {
  readonly call: EditorCall;
  readonly clock: Clock;
  readonly windowName: () => string;
  /**
   * Whether the window is here to take the call. Waiting for one that reloads does not use up the call's own time: that
   * begins when it is sent, and only `limits.graceMs` and `limits.callMaxMs` bound the whole.
   */
  readonly windowIsHere: boolean;
  /** Runs once, when the call is settled from this side while the window may still work on it. */
  readonly onAbandoned: (reason: string) => void;
  /** Runs once, after the call has been settled in whatever way. */
  readonly onSettled: () => void;
}

/** One call from `call()` to its answer, across links: its promise, its one deadline and its abort signal. */
export class PendingCall {
  readonly call: EditorCall;
  readonly result: Promise<string>;
  readonly #deps: PendingCallDeps;
  #deadlineMs = 0;
  /** While the window asks the person. */
  #askedSinceMs: number | undefined;
  /** How long it may go on doing so. */
  #askLeftMs: number = limits.approvalWaitMs;
  #deadline: Disposable;
  readonly #resolve: (content: string) => void;
  readonly #reject: (error: Error) => void;
  readonly #cancel = (): void => this.#abandon(cancelled(this.call, this.sent), 'the agent cancelled it');
  #phase: Phase = { kind: 'waiting' };

  constructor(deps: PendingCallDeps) {
    const { call } = deps;
    const { promise, resolve, reject } = withResolvers<string>();
    this.#deps = deps;
    this.call = call;
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const { budgetMs } = call;
    const { callMaxMs, graceMs } = limits;
    this.#deadline = this.#arm(
      deps.windowIsHere ? budgetMs : Math.max(budgetMs, Math.min(graceMs + budgetMs, callMaxMs)),
    );
    call.signal.addEventListener('abort', this.#cancel);
    if (call.signal.aborted) this.#cancel();
  }

  get settled(): boolean {
    return this.#phase.kind === 'settled';
  }

  /** Whether the call may have reached the window. */
  get sent(): boolean {
    return this.#phase.kind === 'sent';
  }

  markSent(): void {
    if (this.#phase.kind !== 'waiting') return;
    this.#phase = { kind: 'sent' };
    if (this.#deps.windowIsHere) return;
    const budgetMs = this.#budgetLeftMs;
    this.#deadline.dispose();
    this.#deadline = this.#arm(budgetMs);
  }

  /**
   * The message to send now; its budget is what is left of the editor's own time.
   *
   * @param again the window may have had the call from this bridge; it knows better, and runs what was lost on the way
   */
  message(again: boolean): CallMessage {
    const { id, tool, input, agent, key } = this.call;
    const budgetMs = this.#budgetLeftMs;
    if (key === undefined && !again) {
      return { type: 'call', id, tool, input: { ...input }, budgetMs, agent: { ...agent }, repeat: false };
    }
    const mode = key === undefined || key.repeat === 'no' ? (again ? 'answer-or-run' : 'no') : key.repeat;
    return {
      type: 'call',
      id,
      tool,
      input: { ...input },
      budgetMs,
      agent: { ...agent },
      repeat: mode !== 'no',
      ...(mode === 'answer-or-run' ? { orRun: true } : {}),
      ...(key === undefined ? {} : { fingerprint: key.fingerprint }),
    };
  }

  /** What the editor may still use, in milliseconds: never more than the call's own budget. */
  get #budgetLeftMs(): number {
    const leftMs = this.#deadlineMs - limits.callMarginMs - this.#deps.clock.now();
    return Math.max(Math.min(leftMs, this.call.budgetMs), 1);
  }

  #arm(budgetMs: number): Disposable {
    return this.#armUntil(this.#deps.clock.now() + budgetMs + limits.callMarginMs);
  }

  #armUntil(deadlineMs: number): Disposable {
    const { clock, windowName } = this.#deps;
    this.#deadlineMs = deadlineMs;
    return clock.after(deadlineMs - clock.now(), () =>
      this.#abandon(timedOut(this.call, windowName(), this.sent), 'its time is over'),
    );
  }

  /**
   * The window asks the person, or has asked: meanwhile the call's time stands still. Not for longer than a window may ask,
   * so a window that forgets to tell of the end holds no call.
   */
  asking(waiting: boolean): void {
    if (!this.sent || waiting === (this.#askedSinceMs !== undefined)) return;
    const nowMs = this.#deps.clock.now();
    this.#deadline.dispose();
    if (this.#askedSinceMs === undefined) {
      this.#askedSinceMs = nowMs;
      this.#deadline = this.#armUntil(this.#deadlineMs + this.#askLeftMs);
      return;
    }
    const unusedMs = Math.max(0, this.#askLeftMs - (nowMs - this.#askedSinceMs));
    this.#askedSinceMs = undefined;
    this.#askLeftMs = unusedMs;
    this.#deadline = this.#armUntil(this.#deadlineMs - unusedMs);
  }

  progress(progress: CallProgress): void {
    this.call.progress?.(progress);
  }

  resolve(content: string): void {
    if (this.#settle()) this.#resolve(content);
  }

  reject(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #abandon(error: Error, reason: string): void {
    const { sent } = this;
    if (!this.#settle()) return;
    if (sent) this.#deps.onAbandoned(reason);
    this.#reject(error);
  }

  #settle(): boolean {
    if (this.#phase.kind === 'settled') return false;
    this.#phase = { kind: 'settled' };
    this.#deadline.dispose();
    this.call.signal.removeEventListener('abort', this.#cancel);
    this.#deps.onSettled();
    return true;
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
