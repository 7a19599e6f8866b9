import { readFileSync, rmSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { errorCode, messageOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { type BridgeFile, parseBridgeFile, stateFiles } from '../shared/state-files.ts';
import { readPrivate, writePrivate } from './private-files.ts';

/** What tells this boot of this machine from every other. */
export interface MachineBoot {
  readonly host: string;
  readonly bootId: string;
}

/** @param wallMs now, in milliseconds since the Unix epoch */
export function currentBoot(wallMs: number): MachineBoot {
  return { host: hostname(), bootId: linuxBootId() ?? bootIdFromUptime(wallMs, uptime()) };
}

/**
 * Boot time in steps of ten minutes: both clocks drift against each other, and a boot that falls on a border only costs
 * one needless look at a bridge that then fails its proof.
 */
export function bootIdFromUptime(wallMs: number, uptimeSeconds: number): string {
  return `boot-${Math.round((wallMs / 1000 - uptimeSeconds) / 600)}`;
}

function linuxBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux, or /proc is not mounted: the caller derives one.
    return undefined;
  }
}

export function readBridgeFile(stateDir: string): BridgeFile | undefined {
  const text = readPrivate(join(stateDir, stateFiles.bridge));
  return text === undefined ? undefined : parseBridgeFile(text);
}

export function writeBridgeFile(stateDir: string, record: BridgeFile): void {
  writePrivate(join(stateDir, stateFiles.bridge), `${JSON.stringify(record)}\n`);
}

/** Removes the record on a clean exit, unless it already names another bridge. One that stays is found to be stale. */
export function removeBridgeFile(stateDir: string, instance: string, log: Pick<Log, 'warn'>): void {
  try {
    if (readBridgeFile(stateDir)?.instance === instance) rmSync(join(stateDir, stateFiles.bridge), { force: true });
  } catch (error) {
    log.warn(`${stateFiles.bridge} cannot be removed: ${messageOf(error)}`);
  }
}

/** Whether the process that the record names can still be there; only a proof shows that it is the bridge. */
export function mayBeAlive(record: BridgeFile, boot: MachineBoot): boolean {
  return record.host === boot.host && record.bootId === boot.bootId && processExists(record.pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return errorCode(error) === 'EPERM';
  }
}
