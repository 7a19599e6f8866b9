import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { errorCode } from '../../shared/errors.ts';
import type { JournalDisk } from './journal-file.ts';

/** A journal in a file that only this user can read. Its folder exists. */
export function openJournalDisk(path: string): JournalDisk {
  let handle: FileHandle | undefined;
  const close = async (): Promise<void> => {
    const open = handle;
    handle = undefined;
    await open?.close();
  };
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    },

    async append(text) {
      handle ??= await open(path, 'a', 0o600);
      await handle.appendFile(text);
      await handle.datasync();
    },

    async replace(text) {
      await close();
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      try {
        const fresh = await open(temporary, 'wx', 0o600);
        try {
          await fresh.writeFile(text);
          await fresh.datasync();
        } finally {
          await fresh.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async spoil() {
      await close();
      try {
        await truncate(path);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        await rm(path);
      }
    },

    close,
  };
}
