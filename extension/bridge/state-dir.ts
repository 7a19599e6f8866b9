import { lstat, mkdir, open, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { errorCode } from '../../shared/errors.ts';
import {
  type BridgeFile,
  defaultStateDirName,
  environment,
  parseBridgeFile,
  stateFiles,
} from '../../shared/state-files.ts';
import { fingerprintOf } from './proof-crypto.ts';

/** Where bridge and windows of this user meet. */
export function stateDirPath(env: NodeJS.ProcessEnv, homeDir: string): string {
  const chosen = env[environment.stateDir];
  return chosen === undefined || chosen === '' ? join(homeDir, defaultStateDirName) : resolve(chosen);
}

export interface StateReading {
  readonly bridge: BridgeFile | undefined;
  readonly secret: string | undefined;
  /** Equal for equal contents. */
  readonly fingerprint: string;
}

/** What the state directory says of the bridge. Rejects when it cannot be read, or not be trusted. */
export async function readState(stateDir: string, platform: NodeJS.Platform): Promise<StateReading> {
  await checkStateDir(stateDir, platform);
  const names = [stateFiles.bridge, stateFiles.editorSecret];
  const [bridge, secret] = await Promise.all(names.map((name) => orAbsent(readFile(join(stateDir, name), 'utf8'))));
  return {
    bridge: bridge === undefined ? undefined : parseBridgeFile(bridge),
    secret: secret?.trim() || undefined,
    fingerprint: fingerprintOf(bridge ?? '', secret ?? ''),
  };
}

/** Makes sure that there is a directory to start a bridge in. Rejects with a message that says how to mend it. */
export async function ensureStateDir(stateDir: string, platform: NodeJS.Platform): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await checkStateDir(stateDir, platform);
}

/**
 * Nobody else may be able to name the bridge that this window obeys, or to put a program here that it runs. On Windows
 * the bridge checks the access list, and that of the home directory keeps others out.
 */
async function checkStateDir(stateDir: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') return;
  const stat = await orAbsent(lstat(stateDir));
  if (stat === undefined) return;
  const { uid } = userInfo();
  if (!stat.isDirectory()) throw new Error(`${stateDir} is not a plain directory; move it away`);
  if (stat.uid !== uid) throw new Error(`${stateDir} belongs to user ${stat.uid}, not to you (${uid}); remove it`);
  if ((stat.mode & 0o077) !== 0) throw new Error(`other users can reach ${stateDir}; run: chmod 700 '${stateDir}'`);
}

/** The last lines of the bridge's log; empty when it has none. */
export async function logTail(stateDir: string, lines: number): Promise<string> {
  try {
    const file = await open(join(stateDir, stateFiles.log));
    try {
      const { size } = await file.stat();
      const length = Math.min(size, 8_192);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return lastLines(buffer.toString(), lines);
    } finally {
      await file.close();
    }
  } catch {
    // Only an ornament of another failure, which is told without it.
    return '';
  }
}

export function lastLines(text: string, lines: number): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

async function orAbsent<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
