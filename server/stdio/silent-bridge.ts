import { connect } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import type { SocketLockDeps } from '../../shared/socket-lock.ts';
import { type MachineBoot, mayBeAlive, readBridgeFile } from '../bridge-file.ts';
import { bridgeLockPath } from '../node-socket-lock.ts';

export interface SilentBridgeDeps {
  readonly stateDir: string;
  readonly tempDir: string;
  readonly boot: MachineBoot;
  readonly lock: Pick<SocketLockDeps, 'probe'>;
  readonly clock: Clock;
}

/**
 * The process id of a bridge that has not proven itself although it runs: its process lives, it holds the state directory,
 * and its port takes connections. The kernel does all of that for a process that is stopped or busy. Nobody can start
 * another bridge beside it (docs/decisions/0016-a-bridge-that-does-not-answer.md).
 */
export async function findSilentBridge(deps: SilentBridgeDeps): Promise<number | undefined> {
  const { stateDir, tempDir, boot, lock, clock } = deps;
  const record = readBridgeFile(stateDir);
  if (record === undefined || !mayBeAlive(record, boot)) return undefined;
  if ((await lock.probe(bridgeLockPath(stateDir, tempDir))) !== 'alive') return undefined;
  return (await takesConnections(record.port, clock)) ? record.pid : undefined;
}

function takesConnections(port: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (takes: boolean) => {
      timer.dispose();
      socket.destroy();
      resolve(takes);
    };
    const timer = clock.after(limits.proofMs, () => settle(false));
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
