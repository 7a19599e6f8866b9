import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Connection } from './connection.ts';

export interface ComebackDeps {
  /** One life of what comes back, to its end; `quiet` when there is nothing to come back for soon. */
  readonly once: () => Promise<'quiet' | undefined>;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What comes back by itself for as long as it is wanted: at once after a long life, in ever longer steps after short ones. */
export class Comeback implements Disposable {
  readonly #deps: ComebackDeps;
  readonly #store = new DisposableStore();
  #running = false;
  #wake: (() => void) | undefined;

  constructor(deps: ComebackDeps) {
    this.#deps = deps;
    this.#store.add(deps.connection.onDidConnect(() => this.wake()));
  }

  get disposed(): boolean {
    return this.#store.disposed;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Ends a pause now. */
  wake(): void {
    this.#wake?.();
  }

  dispose(): void {
    this.#store.dispose();
    this.wake();
  }

  async #run(): Promise<void> {
    const { once, clock, random } = this.#deps;
    let failures = 0;
    while (!this.disposed) {
      const startMs = clock.now();
      const isQuiet = (await once()) === 'quiet';
      if (this.disposed) return;
      const isHealthy = !isQuiet && clock.now() - startMs >= limits.healthyAfterMs;
      failures = isQuiet ? limits.reconnectStepsMs.length : isHealthy ? 0 : failures + 1;
      await this.#sleep(isHealthy ? random() * limits.firstReconnectMaxMs : reconnectDelayMs(failures, random()));
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#store.delete(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = this.#store.add(this.#deps.clock.after(ms, wake));
      this.#wake = wake;
      if (this.disposed) wake();
    });
  }
}
