import type { Clock } from '../shared/clock.ts';
import type { Disposable } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { type BridgeFile, stateFiles } from '../shared/state-files.ts';

export interface StateDirWatchDeps {
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** Whether this process is the bridge, and is not being replaced. */
  readonly isSettled: () => boolean;
  /** Whether the lock that stands in the directory is this process's. */
  readonly holdsLock: () => boolean;
  /** Who the directory says is the bridge. */
  readonly recorded: () => BridgeFile | undefined;
  /** Names this bridge in the directory again. */
  readonly record: () => void;
  /** The bridge of the directory, proven by the secret that is in it now. */
  readonly find: () => Promise<BridgeFile | undefined>;
  readonly giveWay: (bridge: BridgeFile) => void;
}

/**
 * Notices that the state directory was deleted or replaced under a running bridge, and that another bridge has it now:
 * windows would stay here while new agents go there (docs/decisions/0017). Nothing but such a bridge, which has proven
 * itself, makes this one leave: it serves on without a directory, and one that cannot be read says nothing.
 */
export class StateDirWatch implements Disposable {
  readonly #deps: StateDirWatchDeps;
  #timer: Disposable | undefined;
  #disposed = false;
  #problem: string | undefined;

  constructor(deps: StateDirWatchDeps) {
    this.#deps = deps;
    this.#schedule();
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
  }

  #schedule(): void {
    if (this.#disposed) return;
    this.#timer = this.#deps.clock.after(limits.stateCheckMs, () => {
      void this.#look()
        .catch((error: unknown) => this.#failed(messageOf(error)))
        .then(() => this.#schedule());
    });
  }

  async #look(): Promise<void> {
    const { instance, isSettled, holdsLock, recorded, record, find, giveWay, log } = this.#deps;
    if (!isSettled()) return;
    const named = recorded();
    if (named?.instance === instance) return;
    if (holdsLock()) {
      // The directory is still ours: whatever it names is no bridge.
      if (named !== undefined) return;
      record();
      log.warn(`${stateFiles.bridge} was gone, and is there again`);
      return;
    }
    if (named === undefined) return;
    const bridge = await find();
    if (bridge === undefined || bridge.instance === instance || this.#disposed || !isSettled()) return;
    log.warn(`the state directory was replaced, and another bridge (pid ${bridge.pid}) has it now`);
    giveWay(bridge);
  }

  /** Once, and not at each look. */
  #failed(problem: string): void {
    if (problem !== this.#problem) this.#deps.log.warn(`the state directory cannot be looked at: ${problem}`);
    this.#problem = problem;
  }
}
