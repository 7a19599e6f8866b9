import { reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { BridgeSource } from './bridge-source.ts';
import type { LinkEnd } from './link-end.ts';

export interface BridgeStarterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bridge: Pick<BridgeSource, 'start'>;
}

/**
 * The backoff of starting, beside that of connecting: wake-ups may hurry an attempt to connect, but no one but the user
 * may hurry a start, and a bridge that keeps failing is not started for ever.
 */
export class BridgeStarter {
  readonly #deps: BridgeStarterDeps;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(deps: BridgeStarterDeps) {
    this.#deps = deps;
  }

  /** A bridge runs: starting works. */
  reset(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  /** Undefined when a bridge was started, by this window or another one. */
  async start({ byUser, signal }: { byUser: boolean; signal: AbortSignal }): Promise<LinkEnd | undefined> {
    const { clock, log, bridge } = this.#deps;
    if (!byUser && clock.now() < this.#notBeforeMs) return { kind: 'dropped', reason: 'the bridge does not run' };
    const outcome = await bridge.start(signal);
    switch (outcome.kind) {
      case 'started':
        return undefined;
      case 'busy':
        return { kind: 'dropped', reason: outcome.reason };
      case 'failed': {
        this.#failures += 1;
        // The shortest that the reconnect ladder waits at this step: only a wake-up can come earlier.
        this.#notBeforeMs = clock.now() + reconnectDelayMs(this.#failures, 0);
        const detail = outcome.detail === undefined ? {} : { detail: outcome.detail };
        if (this.#failures < limits.bridgeStartFailures) return { kind: 'dropped', reason: outcome.reason };
        log.warn(
          `the bridge does not start: ${outcome.reason}${outcome.detail === undefined ? '' : `\n${outcome.detail}`}`,
        );
        return { kind: 'refused', reason: 'the bridge does not start', ...detail };
      }
    }
  }
}
