import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  readonly path: string;
  remove(): void;
}

/** A private directory for one test. The path is short: sockets live in it. */
export function tempDir(): TempDir {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hf-')));
  // A process that still writes in it can add a file between the listing of a folder and its removal.
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 50, retryDelay: 10 }) };
}
