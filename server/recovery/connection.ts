import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Breaker } from './breaker.ts';
import type { Exchange, ExchangeRequest } from './http-exchange.ts';

/** A server that can be reached now. */
export interface Endpoint {
  /** For people: where it is. */
  readonly url: string;
  exchange(request: ExchangeRequest): Exchange;
  /** Lets go of what it keeps open. */
  close(): void;
  /** Of a bridge of ours that has proven itself: its word that something was not executed counts. */
  readonly instance: string | undefined;
  /** What makes a tools/call under a key run at most once there; the same key means nothing to another one. */
  readonly keyKeeper: string | undefined;
  /** Whether connecting again may bring other access than this one's. */
  readonly renewable: boolean;
  /** How long it may take to answer `initialize`, in milliseconds, where that is not `limits.recoveryConnectMs`. */
  readonly beginMs?: number;
}

export interface Connector {
  /**
   * One attempt to reach the server; with `start` it may be started. Rejects with the reason, an `UnreachableError`
   * where there is something to do about it.
   */
  connect(how: 'start' | 'join', signal: AbortSignal): Promise<Endpoint>;
  /** Lets go of what goes on while nobody is connected to it; absent where nothing does. */
  close?(): void;
}

/** The server cannot be reached; `hint` says what to do. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}

export type ConnectionState =
  | { readonly kind: 'away'; readonly reason: string }
  | {
      readonly kind: 'connecting';
      readonly how: 'start' | 'join';
      readonly reason: string;
      readonly result: Promise<Endpoint>;
    }
  | { readonly kind: 'ready'; readonly endpoint: Endpoint };

export interface ConnectionDeps {
  readonly connector: Connector;
  readonly breaker: Breaker;
  readonly clock: Clock;
}

/** Whether and where the server can be reached. Attempts belong to the connection: a caller that gives up ends none. */
export class Connection implements Disposable {
  readonly #deps: ConnectionDeps;
  readonly #store = new DisposableStore();
  readonly #connected = this.#store.add(new Emitter<Endpoint>());
  readonly #failed = this.#store.add(new Emitter<{ readonly attempts: number; readonly error: unknown }>());
  readonly #ended = new AbortController();
  #instance: string | undefined;
  #state: ConnectionState = { kind: 'away', reason: 'not connected yet' };

  readonly onDidConnect = this.#connected.event;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The server, once it can be reached; rejects with an `UnreachableError` when it cannot. */
  acquire(): Promise<Endpoint> {
    const state = this.#state;
    if (this.#ended.signal.aborted) return Promise.reject(new UnreachableError('nobody connects to it any more'));
    if (state.kind === 'ready') return Promise.resolve(state.endpoint);
    // An attempt that may not start the server ends without it where this one would not.
    if (state.kind === 'connecting') {
      return state.how === 'start' ? state.result : state.result.catch(() => this.acquire());
    }
    const { breaker } = this.#deps;
    if (!breaker.admit()) {
      const seconds = Math.ceil(breaker.pauseMs / 1_000);
      return Promise.reject(new UnreachableError(`${state.reason}; the next attempt is due in ${seconds} s`));
    }
    return this.#connecting('start', this.#reach(breaker.closed ? limits.recoveryStepsMs : []), state.reason);
  }

  /** As `acquire`, for a caller who has to hear of a failure soon: gives up with the second failed attempt. */
  acquireSoon(): Promise<Endpoint> {
    const { state } = this;
    if (state.kind === 'ready') return Promise.resolve(state.endpoint);
    return new Promise((resolve, reject) => {
      const watch = this.#failed.event(({ attempts, error }) => {
        if (attempts >= limits.recoverySoonAttempts) reject(error);
      });
      this.acquire()
        .then(resolve, reject)
        .finally(() => watch.dispose());
    });
  }

  /** The server if it runs; starts none, tries once and counts as nothing. */
  join(): Promise<Endpoint> {
    const state = this.#state;
    if (state.kind === 'ready') return Promise.resolve(state.endpoint);
    if (state.kind === 'connecting') return state.result;
    return this.#connecting('join', this.#attempt('join'), state.reason);
  }

  /** The endpoint answered, whatever it said. */
  answered(): void {
    this.#deps.breaker.succeeded();
  }

  /** A transport failure at this endpoint. One that was left already changes nothing. */
  lost(endpoint: Endpoint, reason: string): void {
    if (this.#state.kind !== 'ready' || this.#state.endpoint !== endpoint) return;
    this.#deps.breaker.failed();
    this.#state = { kind: 'away', reason };
  }

  /** Connects afresh: what the endpoint was made of may have changed. Not a failure. */
  refresh(endpoint: Endpoint): void {
    if (this.#state.kind === 'ready' && this.#state.endpoint === endpoint) {
      this.#state = { kind: 'away', reason: 'its access is renewed' };
    }
  }

  dispose(): void {
    this.#ended.abort(new Error('this client is leaving'));
    this.#store.dispose();
  }

  #connecting(how: 'start' | 'join', result: Promise<Endpoint>, reason: string): Promise<Endpoint> {
    const settled = result.then(
      (endpoint) => {
        // Another server than the last one has proven itself: what its predecessor did is not held against it.
        if (endpoint.instance !== undefined && endpoint.instance !== this.#instance) this.#deps.breaker.succeeded();
        this.#instance = endpoint.instance;
        this.#state = { kind: 'ready', endpoint };
        this.#connected.fire(endpoint);
        return endpoint;
      },
      (error: unknown) => {
        this.#state = { kind: 'away', reason: messageOf(error) };
        throw error;
      },
    );
    // Whoever joined has a branch of its own; without one the failure is told by the state.
    settled.catch(() => undefined);
    this.#state = { kind: 'connecting', how, reason, result: settled };
    return settled;
  }

  async #reach(stepsMs: readonly number[]): Promise<Endpoint> {
    const { clock, breaker } = this.#deps;
    const untilMs = clock.now() + limits.recoveryWaitMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt('start');
      } catch (error) {
        breaker.failed();
        if (this.#state.kind === 'connecting') this.#state = { ...this.#state, reason: messageOf(error) };
        this.#failed.fire({ attempts: attempt + 1, error });
        const stepMs = stepsMs[attempt];
        if (stepMs === undefined || clock.now() + stepMs > untilMs || this.#ended.signal.aborted) throw error;
        await this.#wait(stepMs);
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#deps.clock.after(ms, () => this.#store.delete(wait));
      // Also when this is disposed: whoever waits has to hear of it.
      const wait = this.#store.add(
        toDisposable(() => {
          timer.dispose();
          resolve();
        }),
      );
    });
  }

  async #attempt(how: 'start' | 'join'): Promise<Endpoint> {
    const { clock, connector } = this.#deps;
    const limit = new AbortController();
    const late = `no answer within ${limits.recoveryConnectMs / 1_000} s`;
    const timer = clock.after(limits.recoveryConnectMs, () => limit.abort(new UnreachableError(late)));
    const signal = AbortSignal.any([limit.signal, this.#ended.signal]);
    try {
      const connected = connector.connect(how, signal);
      // Nobody takes what comes after all: a process, perhaps.
      void connected.then((endpoint) => signal.aborted && endpoint.close()).catch(() => undefined);
      return await Promise.race([connected, rejectedWith(signal)]);
    } finally {
      timer.dispose();
    }
  }
}

function rejectedWith(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
