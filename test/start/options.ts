import { statSync } from 'node:fs';
import path from 'node:path';

export interface StartOptions {
  /** End after the last step instead of staying up. */
  readonly exit: boolean;
  /** The person's own `code` command instead of the host from the npm registry. */
  readonly code: string | undefined;
  /** A workspace of the person; undefined uses a copy of the sample. */
  readonly folder: string | undefined;
}

export const usage = `Usage: npm start -- [--exit] [--vscode[=CODE]] [FOLDER]
  --exit           end after the last step, with exit code 0 or 1
  --vscode[=CODE]  use your own VS Code through its command (default: code) instead of the one from the npm registry
  FOLDER           open this folder, which is only read, instead of a copy of the sample workspace`;

export class UsageError extends Error {}

/** `cwd` is where the person typed the command; npm itself runs scripts in the package's folder. */
export function parseOptions(args: readonly string[], cwd: string): StartOptions {
  let exit = false;
  let code: string | undefined;
  const folders: string[] = [];
  for (const arg of args) {
    if (arg === '--exit') exit = true;
    else if (arg === '--vscode') code = 'code';
    else if (arg.startsWith('--vscode=') && arg !== '--vscode=') code = arg.slice('--vscode='.length);
    else if (arg.startsWith('-')) throw new UsageError(`Unknown option ${arg}`);
    else folders.push(path.resolve(cwd, arg));
  }
  const [folder] = folders;
  if (folders.length > 1) throw new UsageError(`One folder at most, not ${folders.length}`);
  if (folder !== undefined && !isFolder(folder)) throw new UsageError(`Not a folder: ${folder}`);
  return { exit, code, folder };
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
