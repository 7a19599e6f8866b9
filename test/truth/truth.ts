/** What is true, found out without the editor: the compiler on a copy of the disk. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../host/paths.ts';

/** `line:column TScode` of every error, by file. */
export type Errors = ReadonlyMap<string, readonly string[]>;

const compiler = path.join(repoRoot, 'node_modules/typescript/bin/tsc');

/** @param unsaved texts of the editor that are not on the disk, by file */
export async function compile(dir: string, mirror: string, unsaved: ReadonlyMap<string, string>): Promise<Errors> {
  rmSync(mirror, { recursive: true, force: true });
  cpSync(dir, mirror, { recursive: true });
  for (const [file, text] of unsaved) writeFileSync(path.join(mirror, file), text);
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, '-p', mirror, '--pretty', 'false'],
      { cwd: mirror, maxBuffer: 1e8 },
      // The compiler ends with 2 when there are errors: its output tells them.
      (error, stdout, stderr) =>
        error !== null && typeof error.code !== 'number' ? reject(error) : resolve(stdout + stderr),
    );
  });
  const errors = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const found = /^(\S[^(]*)\((\d+),(\d+)\): error TS(\d+)/.exec(line);
    if (found === null) {
      if (line.startsWith('error ')) throw new Error(`the compiler could not work: ${line}`);
      continue;
    }
    const [, file = '', row, column, code] = found;
    errors.set(file, [...(errors.get(file) ?? []), `${row}:${column} ${code}`]);
  }
  return errors;
}

export function textOnDisk(dir: string, file: string): string | undefined {
  try {
    return readFileSync(path.join(dir, file), 'utf8');
  } catch {
    // Deleted or moved: then there is no text.
    return undefined;
  }
}
