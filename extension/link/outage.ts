import { logsAttempt, reconnectDelayMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';

export interface OutageDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/**
 * One stretch without a healthy link: counts the attempts, picks the delays and keeps the log short. It ends with
 * `limits.healthyAfterMs` of an open link, not with the opening, so that a bridge which accepts and drops climbs the
 * ladder too.
 */
export class Outage {
  readonly #deps: OutageDeps;
  readonly #sinceMs: number;
  #failed = 0;
  #unlogged = 0;
  /** The reader of the log believes the link to be down. */
  #untold = true;
  #opened = false;
  #replaced = false;

  constructor(deps: OutageDeps) {
    this.#deps = deps;
    this.#sinceMs = deps.clock.now();
  }

  /** Number of the next attempt, from 1. */
  get attempt(): number {
    return this.#failed + 1;
  }

  /** Delay in milliseconds after the end of a healthy link. */
  lost(reason: string): number {
    const { log, random } = this.#deps;
    const delayMs = Math.round(random() * limits.firstReconnectMaxMs);
    log.info(`link lost: ${reason}; next attempt in ${seconds(delayMs)}`);
    return delayMs;
  }

  /** Delay in milliseconds after an attempt, or a link that did not live long enough, failed. */
  failed(reason: string): number {
    const { log, random } = this.#deps;
    this.#failed += 1;
    this.#untold = true;
    const delayMs = reconnectDelayMs(this.#failed, random());
    if (logsAttempt(this.#failed)) {
      log.info(`attempt ${this.#failed} failed: ${reason}; next in ${seconds(delayMs)}`);
    } else {
      this.#unlogged += 1;
    }
    return delayMs;
  }

  /** Whether a bridge that says it is being replaced may be followed at once: only the first time, else it is a loop. */
  followReplacement(reason: string): boolean {
    if (this.#replaced) return false;
    this.#replaced = true;
    this.#deps.log.info(`${reason}; connecting at once`);
    return true;
  }

  /** The link is open again. Told once per outage here; a link that dropped again is told when it proves healthy. */
  opened(bridge: string): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#tell(bridge);
  }

  /** The link has proven healthy: the outage is over. */
  ended(bridge: string): void {
    if (this.#untold) this.#tell(bridge);
  }

  #tell(bridge: string): void {
    const { clock, log } = this.#deps;
    const unlogged = this.#unlogged === 0 ? '' : `, ${this.#unlogged} of them not logged`;
    const attempts = `${this.attempt} attempt${this.attempt === 1 ? '' : 's'}`;
    log.info(`linked to ${bridge} after ${seconds(clock.now() - this.#sinceMs)}, ${attempts}${unlogged}`);
    this.#untold = false;
    this.#unlogged = 0;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
