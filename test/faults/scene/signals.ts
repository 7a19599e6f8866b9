import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Signals one process by its id; false when it is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    // ESRCH: these are processes of our own.
    return false;
  }
}

/** Kills a process and waits until the system has taken back its sockets. */
export async function killAndWait(pid: number): Promise<void> {
  signal(pid, 'SIGKILL');
  await gone(pid);
}

export async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await delay(5);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has waited for yet still has its id.
    return process.platform !== 'linux' || !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // ESRCH or ENOENT: it has gone.
    return false;
  }
}
