import type { Clock } from '../shared/clock.ts';
import { limits } from '../shared/limits.ts';
import { acquireSocketLock, type SocketLock } from '../shared/socket-lock.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import { type BridgeLook, lookForBridge } from './bridge-client.ts';
import { currentBoot } from './bridge-file.ts';
import { type Claim, claimStateDir } from './claim-state-dir.ts';
import { bridgeLockPath, nodeSocketLock } from './node-socket-lock.ts';

export interface BridgeClaimsDeps {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** A fresh nonce of at least 16 bytes, base64url. */
  readonly nonce: () => string;
  readonly tempDir: string;
}

/** Who is the bridge of a state directory, and how to become it. */
export interface BridgeClaims {
  readonly look: (stateDir: string) => Promise<BridgeLook>;
  /** The running bridge, proven. */
  readonly find: (stateDir: string) => Promise<BridgeFile | undefined>;
  /** @throws StateDirError as `claimStateDir` */
  readonly claim: (stateDir: string, retryMs: number) => Promise<Claim>;
  /** Of a directory whose bridge is about to let go of it, and whose port this process has already. */
  readonly takeOver: (stateDir: string) => Promise<Claim>;
  /** Undefined while another process has it. */
  readonly lock: (stateDir: string) => Promise<SocketLock | undefined>;
}

export function createBridgeClaims({ clock, random, nonce, tempDir }: BridgeClaimsDeps): BridgeClaims {
  const lockDeps = nodeSocketLock(clock, random);
  const lockPathOf = (stateDir: string) => bridgeLockPath(stateDir, tempDir);
  const look = (stateDir: string) =>
    lookForBridge({
      stateDir,
      boot: currentBoot(clock.wallMs()),
      nonce,
      proofMs: limits.proofMs,
      isLocked: async () => (await lockDeps.probe(lockPathOf(stateDir))) === 'alive',
    });
  const claimWith = (
    stateDir: string,
    more: Pick<Parameters<typeof claimStateDir>[0], 'look' | 'waitMs' | 'retryMs'>,
  ) => claimStateDir({ lockPath: lockPathOf(stateDir), lockDeps, clock, ...more });
  return {
    look,
    find: async (stateDir) => {
      const seen = await look(stateDir);
      return seen.kind === 'running' ? seen.bridge : undefined;
    },
    claim: (stateDir, retryMs) =>
      claimWith(stateDir, { look: () => look(stateDir), waitMs: limits.bridgeStartMs, retryMs }),
    takeOver: (stateDir) =>
      claimWith(stateDir, {
        // Asking whoever has the port for a proof would be asking oneself.
        look: () => Promise.resolve({ kind: 'none' }),
        waitMs: limits.handoverLockMs,
        retryMs: limits.claimRetryMs,
      }),
    lock: (stateDir) => acquireSocketLock(lockPathOf(stateDir), lockDeps),
  };
}
