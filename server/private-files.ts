import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { errorCode } from '../shared/errors.ts';
import { checkWindowsAcl, restrictWindowsAcl } from './windows-acl.ts';

/** The state directory or a file of it cannot be trusted or used; the message says how to mend it. */
export class StateDirError extends Error {
  override readonly name = 'StateDirError';
}

const windows = process.platform === 'win32';

/** Creates a directory that only this user can enter, or verifies that the one that is there can be used. */
export function ensurePrivateDirectory(path: string): void {
  let created: string | undefined;
  try {
    created = mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StateDirError(
      `Cannot create the state directory ${path}. Choose another with --state-dir or HOLDFAST_STATE_DIR.`,
      {
        cause,
      },
    );
  }
  if (created !== undefined) {
    // A umask can only take bits away, never add the ones that others would need; Windows inherits its list.
    if (windows) restrictWindowsAcl(path);
    return;
  }
  attempt(path, 'read', () => checkPrivate(path, 'directory'));
  checkWritable(path);
}

/** Throws a `StateDirError` unless files can be made and replaced in the directory. */
export function checkWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StateDirError(
      `The state directory ${path} cannot be written (${errorCode(cause)}). Make it writable for you, or choose another with --state-dir or HOLDFAST_STATE_DIR.`,
      { cause },
    );
  }
}

/** Whether there is a directory; one that is not private throws, as in `ensurePrivateDirectory`. */
export function privateDirectoryExists(path: string): boolean {
  return attempt(path, 'read', () => {
    try {
      checkPrivate(path, 'directory');
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  });
}

/** Runs a step on a file; an error of the system becomes a `StateDirError` that names the file. */
function attempt<T>(path: string, what: 'read' | 'written', step: () => T): T {
  try {
    return step();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    throw new StateDirError(
      `${path} cannot be ${what} (${code}). See to its owner, its mode and the disk, or choose another state directory with --state-dir or HOLDFAST_STATE_DIR.`,
      { cause },
    );
  }
}

/** Throws a `StateDirError` unless `path` is of that kind, is ours and is closed to everybody else. */
function checkPrivate(path: string, kind: 'directory' | 'file'): void {
  const stat = lstatSync(path);
  if (kind === 'directory' ? !stat.isDirectory() : !stat.isFile()) {
    throw new StateDirError(`${path} is not a plain ${kind}. Move it away and start Holdfast again.`);
  }
  if (windows) {
    // Files inherit the directory's list, which is verified before any of them is read.
    if (kind === 'file') return;
    const problem = checkWindowsAcl(path);
    if (problem !== undefined) throw new StateDirError(problem);
    return;
  }
  const { uid } = userInfo();
  if (stat.uid !== uid) {
    throw new StateDirError(
      `${path} belongs to user ${stat.uid}, not to you (${uid}). Remove it, or choose another directory with --state-dir or HOLDFAST_STATE_DIR.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8);
    const wanted = kind === 'directory' ? '700' : '600';
    throw new StateDirError(
      `${path} has mode ${mode}, so other users of this machine can reach it. Run: chmod ${wanted} '${path}'${
        kind === 'file' ? ' (and remove the file instead if others may have read it: a new one is made)' : ''
      }`,
    );
  }
}

/** Reads a file of ours after verifying owner and mode; undefined when it does not exist. */
export function readPrivate(path: string): string | undefined {
  return attempt(path, 'read', () => {
    try {
      checkPrivate(path, 'file');
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  });
}

/** Replaces a file in one step, so that a reader sees the old or the new content and never a part. */
export function writePrivate(path: string, content: string): void {
  attempt(path, 'written', () => {
    const temporary = temporaryBeside(path, content);
    try {
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Writes a file unless it exists; of two processes that race, one writes and both return the same content. */
export function createPrivateOnce(path: string, content: () => string): string {
  const present = readPrivate(path);
  if (present !== undefined) return present;
  attempt(path, 'written', () => {
    const temporary = temporaryBeside(path, content());
    try {
      linkSync(temporary, path);
    } catch (error) {
      // EEXIST: the other process was faster, and its file is whole, as ours would have been.
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  });
  const written = readPrivate(path);
  if (written === undefined) throw new StateDirError(`${path} vanished while it was created. Start Holdfast again.`);
  return written;
}

function temporaryBeside(path: string, content: string): string {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 });
  // A strange umask must not lock ourselves out.
  if (!windows) chmodSync(temporary, 0o600);
  return temporary;
}
