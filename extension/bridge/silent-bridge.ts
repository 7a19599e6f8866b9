import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { hostname, userInfo } from 'node:os';
import * as path from 'node:path';
import { kill } from 'node:process';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { createSocketLockDeps, lockPath } from '../../shared/socket-lock-deps.ts';
import { type BridgeFile, stateFiles } from '../../shared/state-files.ts';

export interface SilentBridgeDeps {
  readonly stateDir: string;
  readonly platform: NodeJS.Platform;
  readonly tempDir: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Whether the process that the record names holds the state directory. The kernel answers for a process that is stopped
 * or busy, and for nobody else: the lock ends with its owner.
 */
export async function holdsStateDir(record: BridgeFile, deps: SilentBridgeDeps): Promise<boolean> {
  if (record.host !== hostname() || !isAlive(record.pid)) return false;
  const { stateDir, platform, tempDir, clock, random } = deps;
  const place = lockPath({
    stateDir,
    name: stateFiles.bridgeLock,
    platform,
    hash: createHash('sha256').update(stateDir).digest('hex').slice(0, 12),
    privateTempDir: () => path.join(tempDir, `holdfast-${userInfo().uid}`),
    path,
  });
  return (await createSocketLockDeps({ net, fs, path }, clock, random).probe(place)) === 'alive';
}

/**
 * Ends a bridge that holds the state directory and does not answer, after a look at what its process runs. A process that
 * is stopped takes no notice of a polite request, so that it is killed in the end. Whether it is gone.
 */
export async function endSilentBridge(record: BridgeFile, deps: SilentBridgeDeps): Promise<boolean> {
  const { pid } = record;
  if (!(await holdsStateDir(record, deps)) || !(await runsBridge(pid, deps.platform))) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      kill(pid, signal);
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
    const untilMs = deps.clock.now() + limits.endBridgeMs;
    while (deps.clock.now() < untilMs) {
      if (!isAlive(pid)) return true;
      await new Promise<void>((resolve) => deps.clock.after(limits.claimRetryMs, resolve));
    }
  }
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return errorCode(error) === 'EPERM';
  }
}

/** Windows tells no command line without a query that takes seconds; there the lock has to do. */
async function runsBridge(pid: number, platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'win32') return true;
  const command = platform === 'linux' ? await linuxCommand(pid) : await psCommand(pid);
  return /holdfast/i.test(command) && /\bserve\b/.test(command);
}

async function linuxCommand(pid: number): Promise<string> {
  try {
    return (await fs.promises.readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    // No /proc, or the process has just gone.
    return '';
  }
}

function psCommand(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-p', `${pid}`, '-o', 'args='], (error, stdout) => resolve(error === null ? stdout : ''));
  });
}
