import { linkSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { toDisposable } from '../../shared/disposable.ts';
import { lockPathMaxBytes, type SocketLockDeps } from '../../shared/socket-lock.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { fingerprintOf } from './proof-crypto.ts';
import { errorCode } from './system-error.ts';

/**
 * Where the windows that want to start a bridge meet. A state directory whose path is too long for a socket gets a name
 * in the system's temporary directory.
 */
export function startLockPath(stateDir: string, platform: NodeJS.Platform, tempDir: string): string {
  const hash = Buffer.from(fingerprintOf(stateDir), 'base64url').toString('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\holdfast-${hash}-${stateFiles.startLock}`;
  const plain = join(stateDir, stateFiles.startLock);
  return Buffer.byteLength(plain) <= lockPathMaxBytes
    ? plain
    : join(tempDir, `holdfast-${hash}.${stateFiles.startLock}`);
}

/** What the lock needs of the system. */
export function nodeLockDeps(clock: Clock, random: () => number): SocketLockDeps {
  return {
    clock,
    random,
    bind: (path) =>
      new Promise((resolve, reject) => {
        const server = createServer((socket) => socket.destroy());
        server.once('error', (error) => {
          const code = errorCode(error);
          // Windows calls a pipe that somebody holds a lack of permission.
          if (code === 'EADDRINUSE' || code === 'EACCES') resolve(undefined);
          else reject(error);
        });
        server.listen(path, () => resolve(toDisposable(() => server.close())));
        server.unref();
      }),
    probe: (path) =>
      new Promise((resolve) => {
        const socket = connect(path, () => {
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
        const code = errorCode(error);
        if (code === 'EEXIST') return 'taken';
        if (code === 'ENOENT') return 'absent';
        throw error;
      }
    },
    remove: (path) => rmSync(path, { force: true }),
    candidates: (path) =>
      readdirSync(dirname(path))
        .filter((name) => name.startsWith(`${basename(path)}.`))
        .map((name) => join(dirname(path), name)),
  };
}
