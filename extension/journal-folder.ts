import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { Disposable } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { acquireFolderLock, type FolderLockDeps } from './bridge/folder-lock.ts';
import { openJournalDisk } from './link/journal-disk.ts';
import type { JournalDisk } from './link/journal-file.ts';

export interface JournalFolderDeps extends Omit<FolderLockDeps, 'name'> {
  readonly clock: Clock;
  readonly log: Log;
}

/** The folder in the extension's storage where each window has the journal of its calls: `<window>.jsonl`. */
export class JournalFolder {
  readonly #deps: JournalFolderDeps;
  #swept = false;

  constructor(deps: JournalFolderDeps) {
    this.#deps = deps;
  }

  /** The sole right to a window's journal; undefined while another process has it. */
  async lock(editorId: string): Promise<Disposable | undefined> {
    await mkdir(this.#deps.folder, { recursive: true, mode: 0o700 });
    const lock = await acquireFolderLock({ ...this.#deps, name: `${editorId}.lock` });
    if (lock !== undefined && !this.#swept) {
      this.#swept = true;
      void this.#sweep();
    }
    return lock;
  }

  disk(editorId: string): JournalDisk {
    return openJournalDisk(join(this.#deps.folder, `${editorId}.jsonl`));
  }

  /** Removes what windows left that never came back. */
  async #sweep(): Promise<void> {
    const { folder, clock, log } = this.#deps;
    try {
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        const { mtimeMs } = await stat(path);
        if (/\.(jsonl|tmp)$/.test(name) && clock.wallMs() - mtimeMs > limits.journalUnusedMs) await rm(path);
      }
    } catch (error) {
      // Another window may sweep at the same time; the next start looks again.
      log.debug(`old journals: ${messageOf(error)}`);
    }
  }
}
