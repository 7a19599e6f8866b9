/** Files of the workspace that are listed twice, because a link in it leads to them. */
import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { relativeInside } from './real-path.ts';

/**
 * The path of the same file that needs no link below `root`; undefined where `path` is that itself, where the link leads
 * out of `root`, and for what is gone.
 */
export async function unlinkedPath(root: string, path: string): Promise<string | undefined> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]);
    if (real === join(realRoot, relative(root, path))) return undefined;
    const inside = relativeInside(realRoot, real);
    return inside === undefined ? undefined : join(root, inside);
  } catch {
    // Gone since it was listed.
    return undefined;
  }
}
