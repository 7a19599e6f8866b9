import type { Disposable } from '../../shared/disposable.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { acquireFolderLock, type FolderLockDeps } from './folder-lock.ts';

export interface StartLockDeps extends Omit<FolderLockDeps, 'folder' | 'name'> {
  readonly stateDir: string;
}

/** The lock of the window that starts the bridge; undefined while another window has it. */
export function acquireStartLock({ stateDir, ...deps }: StartLockDeps): Promise<Disposable | undefined> {
  return acquireFolderLock({ ...deps, folder: stateDir, name: stateFiles.startLock });
}
