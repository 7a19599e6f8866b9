import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { defaultStateDirName, stateFiles } from '../shared/state-files.ts';
import { OptionError } from './options.ts';
import {
  createPrivateOnce,
  ensurePrivateDirectory,
  readPrivate,
  StateDirError,
  writePrivate,
} from './private-files.ts';
import { workingFolder } from './working-folder.ts';

/**
 * The state directory's path: the option, else the environment, else a folder in the home directory.
 *
 * @throws OptionError for an empty option: what a script meant by it may not be the directory that it would get.
 * @throws StateDirError for a relative path in a working directory that was deleted.
 */
export function stateDirPath(option: string | undefined, fromEnvironment: string | undefined): string {
  if (option === '') throw new OptionError('--state-dir takes the path of a directory; leave it out for ~/.holdfast.');
  const chosen = option ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  if (chosen === undefined) return join(homedir(), defaultStateDirName);
  if (isAbsolute(chosen)) return resolve(chosen);
  const folder = workingFolder();
  if (folder !== undefined) return resolve(folder, chosen);
  throw new StateDirError(
    `The working directory, in which the state directory ${chosen} is, was deleted. Give an absolute path with --state-dir or HOLDFAST_STATE_DIR.`,
  );
}

export interface Secrets {
  /** The agents' bearer. */
  readonly token: string;
  readonly editorSecret: string;
  readonly sessionKey: string;
}

/** Opens the directory and its secrets for a bridge; what is missing is created, what is unsafe is refused. */
export function openSecrets(stateDir: string): Secrets {
  ensurePrivateDirectory(stateDir);
  return {
    token: secret(join(stateDir, stateFiles.token)),
    editorSecret: secret(join(stateDir, stateFiles.editorSecret)),
    sessionKey: secret(join(stateDir, stateFiles.sessionKey)),
  };
}

/** New secrets in the place of the old ones; only while no bridge runs. Returns the names of the files. */
export function replaceSecrets(stateDir: string): readonly string[] {
  const names = [stateFiles.token, stateFiles.sessionKey, stateFiles.editorSecret];
  for (const name of names) writePrivate(join(stateDir, name), newSecret());
  return names;
}

/** A secret that a client needs to talk to the bridge; undefined where no bridge has run yet. */
export function readSecret(stateDir: string, name: 'token' | 'editor.secret'): string | undefined {
  const path = join(stateDir, name);
  const content = readPrivate(path);
  return content === undefined ? undefined : checkSecret(path, content);
}

function secret(path: string): string {
  return checkSecret(path, createPrivateOnce(path, newSecret));
}

function newSecret(): string {
  return `${randomBytes(32).toString('base64url')}\n`;
}

function checkSecret(path: string, content: string): string {
  const text = content.trim();
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) {
    throw new StateDirError(
      `${path} does not hold a key of 32 bytes. Remove the file; the next start of the bridge makes a new one.`,
    );
  }
  return text;
}

/** The port that this user's bridge keeps, once it has been chosen. */
export function readKeptPort(stateDir: string): number | undefined {
  const text = readPrivate(join(stateDir, stateFiles.port))?.trim();
  const port = Number(text);
  // A damaged file only costs the kept port, and the next start writes a good one.
  return text !== undefined && /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

export function keepPort(stateDir: string, port: number): void {
  writePrivate(join(stateDir, stateFiles.port), `${port}\n`);
}
