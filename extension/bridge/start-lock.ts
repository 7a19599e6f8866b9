import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { userInfo } from 'node:os';
import * as path from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { acquireSocketLock } from '../../shared/socket-lock.ts';
import { createSocketLockDeps, lockPath } from '../../shared/socket-lock-deps.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { ensureStateDir } from './state-dir.ts';

export interface StartLockDeps {
  readonly stateDir: string;
  readonly platform: NodeJS.Platform;
  readonly tempDir: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The lock of the window that starts the bridge; undefined while another window has it. */
export async function acquireStartLock(deps: StartLockDeps): Promise<Disposable | undefined> {
  const { stateDir, platform, tempDir, clock, random } = deps;
  const tempFolder = path.join(tempDir, `holdfast-${userInfo().uid}`);
  let needsTempFolder = false;
  const place = lockPath({
    stateDir,
    name: stateFiles.startLock,
    platform,
    hash: createHash('sha256').update(stateDir).digest('hex').slice(0, 12),
    privateTempDir: () => {
      needsTempFolder = true;
      return tempFolder;
    },
    path,
  });
  if (needsTempFolder) await ensureStateDir(tempFolder, platform);
  return acquireSocketLock(place, createSocketLockDeps({ net, fs, path }, clock, random));
}
