/** Ends only what a test run started: process groups that it leads, by their id. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { within } from './deadline.ts';

const live = new Set<ChildProcess>();
// A run that dies must not leave a host behind; this is too late for anything but a signal.
process.once('exit', () => {
  for (const child of live) signalGroup(child, 'SIGKILL');
});

/** Remembers a detached child (a group leader), so that it ends with us at the latest. */
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

/** Ends every group that is still there. */
export async function endOwned(): Promise<void> {
  await Promise.all([...live].map((child) => endGroup(child)));
}

/** Makes a signal end this process through its `exit` handlers, which Node does not do by itself. */
export function exitOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
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
