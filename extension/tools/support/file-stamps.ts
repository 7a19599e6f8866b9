/** What files looked like at two times, and what happened in between. */

interface FileStamp {
  /** Not mtime: it can be set back, so a file that was copied with its old times would look unchanged. */
  readonly ctimeMs: number;
  readonly size: number;
}

/** By path. */
export type FileStamps = ReadonlyMap<string, FileStamp>;

export interface StampChanges {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly gone: readonly string[];
}

export function compareStamps(before: FileStamps, now: FileStamps): StampChanges {
  const created: string[] = [];
  const changed: string[] = [];
  for (const [path, stamp] of now) {
    const old = before.get(path);
    if (old === undefined) created.push(path);
    else if (old.ctimeMs !== stamp.ctimeMs || old.size !== stamp.size) changed.push(path);
  }
  return { created, changed, gone: [...before.keys()].filter((path) => !now.has(path)) };
}
