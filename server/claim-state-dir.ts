import type { Clock } from '../shared/clock.ts';
import { messageOf } from '../shared/errors.ts';
import { acquireSocketLock, type SocketLock, type SocketLockDeps } from '../shared/socket-lock.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import type { BridgeLook } from './bridge-client.ts';
import { StateDirError } from './private-files.ts';

export type Claim =
  | { readonly kind: 'ours'; readonly lock: SocketLock }
  | { readonly kind: 'running'; readonly bridge: BridgeFile };

/** Says that a bridge holds its directory and does not answer, and what to do. */
export function silentBridge({ pid }: BridgeFile): string {
  return `the bridge (process ${pid}) does not answer: it is stopped, or hangs. Let that process go on or end it, then run this again`;
}

export interface ClaimDeps {
  readonly lockPath: string;
  readonly lockDeps: SocketLockDeps;
  /** The bridge of this state directory. */
  readonly look: () => Promise<BridgeLook>;
  readonly clock: Clock;
  /** How long another starter may take to come up, in milliseconds. */
  readonly waitMs: number;
  readonly retryMs: number;
}

/**
 * Either this process becomes the state directory's bridge or there is one: the lock decides, so that of many starters
 * one wins and the others wait until it has come up.
 *
 * @throws StateDirError when the lock cannot be taken, or its owner neither comes up nor leaves.
 */
export async function claimStateDir(deps: ClaimDeps): Promise<Claim> {
  const { clock, waitMs, retryMs } = deps;
  const endMs = clock.now() + waitMs;
  for (;;) {
    const seen = await deps.look();
    if (seen.kind === 'running') return seen;
    const lock = await acquireSocketLock(deps.lockPath, deps.lockDeps).catch((cause: unknown) => {
      throw new StateDirError(`no bridge can run on this state directory: ${messageOf(cause)}`, { cause });
    });
    if (lock !== undefined) return { kind: 'ours', lock };
    if (clock.now() >= endMs) {
      if (seen.kind === 'silent') throw new StateDirError(silentBridge(seen.bridge));
      throw new StateDirError(
        `another process holds ${deps.lockPath} but answers no proof; stop it (it is a holdfast bridge that hangs, or still starts) and try again`,
      );
    }
    await new Promise<void>((resolve) => clock.after(retryMs, resolve));
  }
}
