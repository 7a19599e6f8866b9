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
  readonly #deadlineMs: number;
  readonly #deadline: Disposable;
  readonly #resolve: (content: string) => void;
  readonly #reject: (error: Error) => void;
  readonly #cancel = (): void => this.#abandon(cancelled(this.call, this.sent), 'the agent cancelled it');
  #phase: Phase = { kind: 'waiting' };

  constructor(deps: PendingCallDeps) {
    const { call, clock } = deps;
    const { promise, resolve, reject } = withResolvers<string>();
    this.#deps = deps;
    this.call = call;
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const waitMs = call.budgetMs + limits.callMarginMs;
    this.#deadlineMs = clock.now() + waitMs;
    this.#deadline = clock.after(waitMs, () => {
      const { sent } = this;
      this.#abandon(timedOut(call, deps.windowName(), sent), 'its time is over');
    });
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
    if (this.#phase.kind === 'waiting') this.#phase = { kind: 'sent' };
  }

  /** The message to send now; its budget is what is left of the editor's own time. */
  message(repeat: boolean): CallMessage {
    const { id, tool, input, agent } = this.call;
    const leftMs = this.#deadlineMs - limits.callMarginMs - this.#deps.clock.now();
    return { type: 'call', id, tool, input: { ...input }, budgetMs: Math.max(leftMs, 1), agent: { ...agent }, repeat };
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
