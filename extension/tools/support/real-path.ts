import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errorCode } from '../../../shared/errors.ts';

/** As many links in a row as Linux follows. */
const maxLinks = 40;

/**
 * Where an absolute path really leads: links resolved and, where the file system ignores case, its true spelling. Works
 * for paths that do not exist yet, through links of their parents and through links that point at nothing.
 *
 * @throws the file system's error for anything but a missing part (a loop, no permission)
 */
export async function realPath(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // A missing part is what the rest is for; a file in the middle of the path leaves a tail that can't exist.
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    const target = await linkTarget(path);
    if (target !== undefined) {
      if (links >= maxLinks) throw error;
      return realPath(resolve(dirname(path), target), links + 1);
    }
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent, links), basename(path));
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    // Nothing stands there at all, so nothing links anywhere.
    return undefined;
  }
}

/** The path from `root`, empty for `root` itself; undefined when it leads out of it. Both are absolute. */
export function relativeInside(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : inside;
}
