import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../shared/errors.ts';

export interface TempDir {
  readonly path: string;
  remove(): void;
}

/** A private directory for one test. The path is short: sockets live in it. */
export function tempDir(): TempDir {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hf-')));
  return { path, remove: () => removeFolder(path) };
}

/** Removes a folder that a process may still be writing in: a file that came after the listing is listed again. */
export function removeFolder(path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 });
    } catch (error) {
      if (errorCode(error) !== 'ENOTEMPTY' || attempt === 50) throw error;
    }
  }
}
