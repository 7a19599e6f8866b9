import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';

export interface HeartbeatDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly beatMs: number;
  readonly ping: () => void;
  /** Called once, after `limits.heartbeatMissed` silent beats. */
  readonly dead: () => void;
}

/**
 * Asks for a sign of life at each beat and counts the beats that passed in silence. A beat that came late was held up on
 * this side (a busy extension host, a sleeping machine): what arrived meanwhile waits unread, so that beat counts nothing.
 */
export class Heartbeat implements Disposable {
  readonly #deps: HeartbeatDeps;
  readonly #store = new DisposableStore();
  #silentBeats = 0;
  #heard = false;
  #timer: Disposable | undefined;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#schedule();
  }

  /** Anything arrived from the other side. */
  heard(): void {
    this.#heard = true;
  }

  #schedule(): void {
    const { clock, beatMs } = this.#deps;
    const dueMs = clock.now() + beatMs;
    if (this.#timer !== undefined) this.#store.delete(this.#timer);
    this.#timer = this.#store.add(clock.after(beatMs, () => this.#beat(clock.now() - dueMs)));
  }

  #beat(lateMs: number): void {
    const { log, ping, dead } = this.#deps;
    if (this.#heard) this.#silentBeats = 0;
    else if (lateMs <= limits.heartbeatLateMs) this.#silentBeats += 1;
    else log.debug(`the extension host was busy for ${Math.round(lateMs)} ms`);
    this.#heard = false;
    if (this.#silentBeats >= limits.heartbeatMissed) {
      dead();
      return;
    }
    ping();
    this.#schedule();
  }

  dispose(): void {
    this.#store.dispose();
  }
}
