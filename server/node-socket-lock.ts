import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { userInfo } from 'node:os';
import * as path from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { SocketLockDeps } from '../shared/socket-lock.ts';
import { createSocketLockDeps, lockPath } from '../shared/socket-lock-deps.ts';
import { stateFiles } from '../shared/state-files.ts';
import { ensurePrivateDirectory } from './private-files.ts';

export function nodeSocketLock(clock: Clock, random: () => number): SocketLockDeps {
  return createSocketLockDeps({ net, fs, path }, clock, random);
}

/** Where the running bridge of a state directory listens, to be known as running. */
export function bridgeLockPath(stateDir: string, tempDir: string): string {
  return stateLockPath(stateDir, stateFiles.bridgeLock, tempDir);
}

/** The lock of whoever starts the bridge, shim or window. */
export function startLockPath(stateDir: string, tempDir: string): string {
  return stateLockPath(stateDir, stateFiles.startLock, tempDir);
}

function stateLockPath(stateDir: string, name: string, tempDir: string): string {
  return lockPath({
    stateDir,
    name,
    platform: process.platform,
    hash: createHash('sha256').update(stateDir).digest('hex').slice(0, 12),
    privateTempDir: () => {
      const folder = path.join(tempDir, `holdfast-${userInfo().uid}`);
      ensurePrivateDirectory(folder);
      return folder;
    },
    path,
  });
}
