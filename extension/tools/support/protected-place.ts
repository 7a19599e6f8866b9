/** Whether a file is protected, by whichever of the window's folders. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { protectedBelow, protectedPart } from './protected-path.ts';
import { realPath, relativeInside } from './real-path.ts';

/** A folder of the window. */
export interface PlaceOfFolder {
  /** Absolute, as the window names it. */
  readonly folder: string;
  /** Where that leads. */
  readonly root: string;
}

/**
 * The part of the path that makes it protected. Folders may lie in one another and link into one another, so each has its
 * say: which of them VS Code lists first says nothing about the file.
 *
 * @param named absolute, as it was asked for
 * @param real where that leads
 */
export async function protectedPlace(
  folders: readonly PlaceOfFolder[],
  named: string,
  real: string,
): Promise<string | undefined> {
  for (const { folder, root } of folders) {
    const part = partBelow(root, real) ?? partBelow(folder, named) ?? (await partBehindLink(root, real));
    if (part !== undefined) return part;
  }
  return undefined;
}

function partBelow(root: string, path: string): string | undefined {
  const inside = relativeInside(root, path);
  return inside === undefined ? undefined : protectedBelow(root, inside);
}

/** What a protected name of a folder's top level links to is protected as well: `.claude` kept as `ai/claude`. */
async function partBehindLink(root: string, real: string): Promise<string | undefined> {
  for (const entry of await entriesOf(root)) {
    if (!entry.isSymbolicLink() || protectedPart(entry.name) === undefined) continue;
    const target = await realPath(join(root, entry.name)).catch(
      // A loop leads nowhere.
      () => undefined,
    );
    if (target !== undefined && relativeInside(target, real) !== undefined) return entry.name;
  }
  return undefined;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    // Not there or not readable: nothing links from it.
    return [];
  }
}
