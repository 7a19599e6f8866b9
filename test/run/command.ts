/** Runs one command of the test run to its end. */
import { spawn } from 'node:child_process';
import { repoRoot } from '../host/paths.ts';
import { endGroup, own } from '../host/processes.ts';

export interface CommandResult {
  readonly code: number | null;
  /** Both streams in order, when they were captured. */
  readonly output: string;
}

export interface CommandOptions {
  readonly capture: boolean;
  /** A command that takes longer is ended with all that it started. */
  readonly limitMs: number;
  /** On top of this process's own environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export async function runCommand(
  command: readonly string[],
  { capture, limitMs, env }: CommandOptions,
): Promise<CommandResult> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: repoRoot,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
    detached: true,
    env: { ...process.env, ...env },
  });
  own(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    void endGroup(child);
  }, limitMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(limit);
  if (late) throw new Error(`${command.join(' ')} did not end within ${limitMs / 1000} s`);
  return { code, output };
}
