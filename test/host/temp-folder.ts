import { removeFolder, type TempDir, tempDir } from '../support/temp-dir.ts';

const live = new Set<string>();
// An interrupted run leaves nothing on the disk either.
process.once('exit', () => {
  for (const folder of live) removeFolder(folder);
});

/** A temporary folder that real processes write into until a moment before it goes. */
export function tempFolder(): TempDir {
  const { path } = tempDir();
  live.add(path);
  return {
    path,
    remove() {
      live.delete(path);
      removeFolder(path);
    },
  };
}
