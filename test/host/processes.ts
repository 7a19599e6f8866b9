/** Ends only what a test run started: process groups that it leads, by their id. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { within } from './deadline.ts';

const live = new Set<ChildProcess>();

/** Remembers a detached child (a group leader), so that an interrupted run can still end it. */
export function own(child: ChildProcess): void {
  live.add(child);
  child.once('exit', () => live.delete(child));
}

/** Ends a detached child with everything in its process group, and resolves when it is gone. */
export async function endGroup(child: ChildProcess, graceMs = 5_000): Promise<void> {
  if (hasEnded(child)) {
    signalGroup(child, 'SIGKILL');
    return;
  }
  const exited = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  try {
    await within('the process leaves on SIGTERM', graceMs, exited);
  } catch {
    // Too slow: it is only a test's process, and its group must not outlive the run.
  }
  signalGroup(child, 'SIGKILL');
  if (!hasEnded(child)) await exited;
}

/** For the exit of an interrupted run, which cannot wait. */
export function killOwned(): void {
  for (const child of live) signalGroup(child, 'SIGKILL');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group is gone already.
  }
}
