import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { installedFiles, type NodeCommand, stateFiles } from '../../shared/state-files.ts';
import { compareVersions, isRelease } from '../../shared/version.ts';
import { launcherFor } from './launcher.ts';

export interface InstallDeps {
  readonly stateDir: string;
  /** `dist/holdfast.cjs` inside the extension, whose folder changes with each update. */
  readonly bundlePath: string;
  readonly version: string;
  readonly node: NodeCommand;
  readonly platform: NodeJS.Platform;
}

/**
 * Copies the bridge out of the extension and points the launcher at the newest copy, so that an update of the extension
 * breaks neither a running bridge nor an agent's configuration. Returns the path of this version's copy.
 */
export async function installBundle({ stateDir, bundlePath, version, node, platform }: InstallDeps): Promise<string> {
  const bin = join(stateDir, stateFiles.bin);
  const copy = join(bin, version, installedFiles.bundle);
  await writeWhenDifferent(copy, await readFile(bundlePath), 0o600);
  await writeWhenDifferent(join(bin, version, installedFiles.node), Buffer.from(`${JSON.stringify(node)}\n`), 0o600);
  const others = (await readdir(bin)).filter(isRelease);
  // Another editor may have installed a newer one: its launcher stands.
  if (others.every((other) => compareVersions(other, version) <= 0)) {
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

/**
 * Removes installed versions that nobody needs any more: all but the newest ones and those named. What a running bridge
 * has loaded it needs no file for, but its version is what it would be started from again.
 */
export async function pruneVersions(stateDir: string, keep: readonly string[]): Promise<void> {
  const bin = join(stateDir, stateFiles.bin);
  const versions = (await readdir(bin)).filter(isRelease).sort(compareVersions);
  const kept = new Set([...keep, ...versions.slice(-limits.installedVersions)]);
  const old = versions.filter((version) => !kept.has(version));
  await Promise.all(old.map((version) => rm(join(bin, version), { recursive: true, force: true })));
}
