import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';

type Child = ChildProcessWithoutNullStreams;

/**
 * Calls back once the process has ended and all that it said was read. A process that it has started may hold its pipes
 * for as long as it likes: nothing of the server comes from there any more.
 *
 * @param run gets the signal or the exit code
 */
export function onProcessEnd(child: Child, clock: Pick<Clock, 'after'>, run: (how: string) => void): void {
  child.once('exit', () => {
    const timer = clock.after(limits.serverPipesMs, () => {
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    });
    child.once('close', (code, signal) => {
      timer.dispose();
      run(`${signal ?? code ?? 'nothing'}`);
    });
  });
}

/**
 * Ends the process as MCP has it for stdio ("Lifecycle", "Shutdown"): the end of its stdin asks it to leave, then SIGTERM,
 * then SIGKILL. All of it is over before the bridge has left.
 */
export function endProcess(child: Child, clock: Pick<Clock, 'after'>): void {
  child.stdin.end();
  let timer = clock.after(limits.serverEndMs, () => {
    child.kill('SIGTERM');
    timer = clock.after(limits.serverTermMs, () => child.kill('SIGKILL'));
  });
  child.once('exit', () => timer.dispose());
}
