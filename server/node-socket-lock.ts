import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import { toDisposable } from '../shared/disposable.ts';
import { lockPathMaxBytes, type SocketLockDeps } from '../shared/socket-lock.ts';
import { checkPrivate } from './private-files.ts';
import { errorCode } from './system-error.ts';

/** The lock's operations on `node:net` and `node:fs`. */
export function nodeSocketLock(clock: Clock, random: () => number): SocketLockDeps {
  return {
    clock,
    random,
    bind: (path) =>
      new Promise((resolve, reject) => {
        const server = createServer((socket) => socket.destroy());
        server.once('error', (error) => {
          if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') resolve(undefined);
          else reject(error);
        });
        server.listen(path, () => resolve(toDisposable(() => server.close())));
        server.unref();
      }),
    probe: (path) =>
      new Promise((resolve) => {
        const socket = connect(path);
        socket.once('connect', () => {
          socket.destroy();
          resolve('alive');
        });
        socket.once('error', (error) => {
          const code = errorCode(error);
          resolve(code === 'ECONNREFUSED' ? 'dead' : code === 'ENOENT' ? 'absent' : 'alive');
        });
      }),
    link: (from, to) => {
      try {
        linkSync(from, to);
        return 'linked';
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return 'taken';
        if (errorCode(error) === 'ENOENT') return 'absent';
        throw new Error(
          `${dirname(to)} is on a file system that holds no socket links; use a state directory on a local disk`,
          {
            cause: error,
          },
        );
      }
    },
    remove: (path) => rmSync(path, { force: true }),
    candidates: (path) => {
      const folder = dirname(path);
      const prefix = `${basename(path)}.`;
      return readdirSync(folder)
        .filter((name) => name.startsWith(prefix))
        .map((name) => join(folder, name));
    },
  };
}

/**
 * Where a lock of the state directory stands: in it; for a path too long for a socket under a hashed name in a private
 * directory of the system's temporary one; on Windows a pipe.
 */
export function lockPath(stateDir: string, name: string, platform: NodeJS.Platform, tempDir: string): string {
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  if (platform === 'win32') return `\\\\.\\pipe\\holdfast-${hash}-${name}`;
  const plain = join(stateDir, name);
  if (Buffer.byteLength(plain) <= lockPathMaxBytes) return plain;
  const folder = join(tempDir, `holdfast-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkPrivate(folder, 'directory');
  return join(folder, `${hash}.${name}`);
}
