import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../shared/errors.ts';
import { stateFiles } from '../../shared/state-files.ts';
import type { NodeCommand } from './find-node.ts';
import { launcherFor } from './launcher.ts';

export interface InstallDeps {
  readonly stateDir: string;
  /** `dist/holdfast.cjs` inside the extension, whose folder changes with each update. */
  readonly bundlePath: string;
  readonly version: string;
  readonly node: NodeCommand;
  readonly platform: NodeJS.Platform;
}

const bundleName = 'holdfast.cjs';

/**
 * Copies the bridge out of the extension and points the launcher at the newest copy, so that an update of the extension
 * breaks neither a running bridge nor an agent's configuration. Returns the path of this version's copy.
 */
export async function installBundle({ stateDir, bundlePath, version, node, platform }: InstallDeps): Promise<string> {
  const bin = join(stateDir, stateFiles.bin);
  const copy = join(bin, version, bundleName);
  await writeWhenDifferent(copy, await readFile(bundlePath), 0o600);
  const newest = newestVersion([version, ...(await readdir(bin))]);
  // Another editor may have installed a newer one: its launcher stands.
  if (newest === version) {
    for (const { name, text } of launcherFor({ platform, node, bundle: copy })) {
      await writeWhenDifferent(join(bin, name), Buffer.from(text), 0o700);
    }
  }
  return copy;
}

async function writeWhenDifferent(path: string, content: Buffer, mode: number): Promise<void> {
  try {
    if ((await readFile(path)).equals(content)) return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  }
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx', mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The newest of the names that are versions; what is none is passed over. */
export function newestVersion(names: readonly string[]): string | undefined {
  return names
    .filter((name) => /^\d+\.\d+\.\d+(-.+)?$/.test(name))
    .sort((a, b) => {
      const [left, right] = [a, b].map((name) => name.split('-', 1).join().split('.').map(Number));
      const difference = [0, 1, 2].map((part) => (left?.[part] ?? 0) - (right?.[part] ?? 0)).find((part) => part !== 0);
      // Of one number, the finished version is newer than its previews.
      return difference ?? Number(b.includes('-')) - Number(a.includes('-'));
    })
    .at(-1);
}
