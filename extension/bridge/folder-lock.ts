import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { userInfo } from 'node:os';
import * as path from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { acquireSocketLock } from '../../shared/socket-lock.ts';
import { createSocketLockDeps, lockPath } from '../../shared/socket-lock-deps.ts';
import { ensureStateDir } from './state-dir.ts';

export interface FolderLockDeps {
  /** The folder that the lock belongs to. */
  readonly folder: string;
  readonly name: string;
  readonly platform: NodeJS.Platform;
  readonly tempDir: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A named lock of a folder, which the system releases with its owner; undefined while another process has it. */
export async function acquireFolderLock(deps: FolderLockDeps): Promise<Disposable | undefined> {
  const { folder, name, platform, tempDir, clock, random } = deps;
  const tempFolder = path.join(tempDir, `holdfast-${userInfo().uid}`);
  let needsTempFolder = false;
  const place = lockPath({
    stateDir: folder,
    name,
    platform,
    hash: createHash('sha256').update(folder).digest('hex').slice(0, 12),
    privateTempDir: () => {
      needsTempFolder = true;
      return tempFolder;
    },
    path,
  });
  if (needsTempFolder) await ensureStateDir(tempFolder, platform);
  return acquireSocketLock(place, createSocketLockDeps({ net, fs, path }, clock, random));
}
