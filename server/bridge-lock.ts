import { messageOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { SocketLock } from '../shared/socket-lock.ts';
import type { BridgeLock } from './handover/succession.ts';

export interface BridgeLockDeps {
  /** As this process has taken it. */
  readonly held: SocketLock;
  /** Undefined while another process holds it. */
  readonly acquire: () => Promise<SocketLock | undefined>;
  readonly log: Pick<Log, 'warn'>;
}

/** The running bridge's hold of its state directory. A directory that fails is no reason to crash on the way out. */
export function createBridgeLock({ held, acquire, log }: BridgeLockDeps): BridgeLock {
  let lock = held;
  return {
    get stands() {
      return lock.stands;
    },
    release: () => {
      try {
        lock.dispose();
      } catch (error) {
        log.warn(`the lock cannot be removed, and is dead from now on: ${messageOf(error)}`);
      }
    },
    regain: async () => {
      try {
        lock = (await acquire()) ?? lock;
      } catch (error) {
        log.warn(`the lock cannot be taken again: ${messageOf(error)}`);
      }
    },
  };
}
