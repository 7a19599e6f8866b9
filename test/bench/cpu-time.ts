import { readdirSync, readFileSync } from 'node:fs';

/** CPU time that all threads of a process have used, in microseconds; undefined where the system does not tell (Linux does). */
export function cpuMicros(pid: number): number | undefined {
  try {
    return (
      readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + onCpu(`/proc/${pid}/task/${task}/schedstat`), 0) /
      1_000
    );
  } catch {
    // Another system, or a kernel without these statistics: the column stays empty.
    return undefined;
  }
}

/** Nanoseconds. A thread that ended between the listing and the reading counts no more. */
function onCpu(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ', 1)[0]);
  } catch {
    return 0;
  }
}
