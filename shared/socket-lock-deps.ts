/**
 * The lock's operations over `node:net`, `node:fs` and `node:path`, which bridge and extension pass in, because `shared/`
 * imports no `node:`.
 */
import type { Clock } from './clock.ts';
import { toDisposable } from './disposable.ts';
import { errorCode } from './errors.ts';
import { lockPathMaxBytes, pipePrefix, type SocketLockDeps } from './socket-lock.ts';

interface Ends {
  once(event: 'error', listener: (error: Error) => void): unknown;
}

export interface NodeSystem {
  readonly net: {
    createServer(accept: (socket: { destroy(): unknown }) => void): Ends & {
      listen(path: string, listening: () => void): unknown;
      close(): unknown;
      unref(): unknown;
    };
    connect(path: string): Ends & { once(event: 'connect', listener: () => void): unknown; destroy(): unknown };
  };
  readonly fs: {
    linkSync(from: string, to: string): void;
    lstatSync(
      path: string,
      options: { bigint: true; throwIfNoEntry: false },
    ): { readonly dev: bigint; readonly ino: bigint } | undefined;
    readdirSync(path: string): string[];
    rmSync(path: string, options: { force: boolean }): void;
  };
  readonly path: {
    basename(path: string): string;
    dirname(path: string): string;
    join(...parts: string[]): string;
  };
}

export function createSocketLockDeps(
  { net, fs, path }: NodeSystem,
  clock: Clock,
  random: () => number,
): SocketLockDeps {
  return {
    clock,
    random,
    bind: (name) =>
      new Promise((resolve, reject) => {
        const server = net.createServer((socket) => socket.destroy());
        server.once('error', (error) => {
          const code = errorCode(error);
          // Windows calls a pipe that somebody holds a lack of permission.
          if (code === 'EADDRINUSE' || (code === 'EACCES' && name.startsWith(pipePrefix))) resolve(undefined);
          else reject(code === 'EACCES' ? notWritable(path.dirname(name), error) : error);
        });
        server.listen(name, () => resolve(toDisposable(() => server.close())));
        server.unref();
      }),
    probe: (name) =>
      new Promise((resolve) => {
        const socket = net.connect(name);
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
        fs.linkSync(from, to);
        return 'linked';
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return 'taken';
        if (errorCode(error) === 'ENOENT') return 'absent';
        const problem = 'is on a file system that holds no socket links; use a state directory on a local disk';
        throw new Error(`${path.dirname(to)} ${problem}`, { cause: error });
      }
    },
    identity: (name) => {
      const stat = fs.lstatSync(name, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`;
    },
    remove: (name) => fs.rmSync(name, { force: true }),
    candidates: (name) => {
      const folder = path.dirname(name);
      const prefix = `${path.basename(name)}.`;
      return fs
        .readdirSync(folder)
        .filter((entry) => entry.startsWith(prefix))
        .map((entry) => path.join(folder, entry));
    },
  };
}

function notWritable(folder: string, cause: Error): Error {
  return new Error(`${folder} is missing or cannot be written (EACCES)`, { cause });
}

export interface LockPlace {
  readonly stateDir: string;
  readonly name: string;
  readonly platform: string;
  /** At least 12 hexadecimal characters that stand for the state directory. */
  readonly hash: string;
  /** A directory that only this user can reach, for a state directory whose path is too long for a socket. */
  readonly privateTempDir: () => string;
  readonly path: Pick<NodeSystem['path'], 'join'>;
}

/** Where a lock of the state directory stands: in it, or on Windows as a pipe. */
export function lockPath({ stateDir, name, platform, hash, privateTempDir, path }: LockPlace): string {
  if (platform === 'win32') return `${pipePrefix}holdfast-${hash}-${name}`;
  const plain = path.join(stateDir, name);
  return new TextEncoder().encode(plain).length <= lockPathMaxBytes
    ? plain
    : path.join(privateTempDir(), `${hash}.${name}`);
}
