import type { Clock } from './clock.ts';
import { type Disposable, toDisposable } from './disposable.ts';

/** What the lock needs of the operating system; `createSocketLockDeps` makes it from Node's modules. */
export interface SocketLockDeps {
  /**
   * Binds **and listens on** a unix socket or Windows pipe that accepts and drops every connection and does not keep the
   * process alive; undefined when the name is taken. Disposing closes it. Rejects where nothing can be bound.
   */
  bind(path: string): Promise<Disposable | undefined>;
  /** Connects: `dead` is ECONNREFUSED, `absent` is ENOENT, everything else is `alive`. */
  probe(path: string): Promise<'alive' | 'dead' | 'absent'>;
  /** A hard link that never replaces: `taken` is EEXIST, `absent` is ENOENT of `from`. */
  link(from: string, to: string): 'linked' | 'taken' | 'absent';
  /** What tells the socket under a name from every other one that exists; undefined when the name is absent. */
  identity(path: string): string | undefined;
  /** Removes a name; an absent one is fine. */
  remove(path: string): void;
  /** Full paths of the entries beside `path` whose names begin with its name and a dot. */
  candidates(path: string): readonly string[];
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** A lock that is held until it is disposed. */
export interface SocketLock extends Disposable {
  /** Whether it can be seen where it was taken: its directory may have been deleted or replaced since. */
  readonly stands: boolean;
}

/** Room that a candidate's suffix takes in the path, in bytes: sun_path holds 104 bytes on macOS, 108 on Linux. */
const lockSuffixBytes = 9;
/** Longest lock path that still leaves room for the suffix and the closing NUL on every system. */
export const lockPathMaxBytes = 103 - lockSuffixBytes;

/** Of the names of Windows pipes. */
export const pipePrefix = '\\\\.\\pipe\\';
const attempts = 40;

/**
 * Takes a lock that the kernel releases when its owner dies, however it dies: a listening socket under `path`. Resolves
 * with the held lock, or with undefined when a living process holds it. A caller that must have it asks again later.
 *
 * Each candidate first listens under a name of its own and is then linked to `path`; a link never replaces. So whatever
 * stands at `path` has been listening, and a refused connection there means a dead owner and never one that is between
 * bind and listen. A dead socket is removed only by a candidate that, while listening itself, saw no other living
 * candidate: of two that look, at least one sees the other, hence nobody removes a socket that a faster one just put
 * there. Candidates that meet step back for a random time.
 *
 * The release takes the name away only while it is this lock's: where the directory was replaced, it is another owner's.
 *
 * Windows pipes vanish with their owner and bind exclusively, so there the plain bind is the lock.
 */
export async function acquireSocketLock(path: string, deps: SocketLockDeps): Promise<SocketLock | undefined> {
  if (path.startsWith(pipePrefix)) {
    const pipe = await deps.bind(path);
    // It has a name of its own and is in no directory.
    return pipe === undefined ? undefined : { stands: true, dispose: () => pipe.dispose() };
  }
  for (let attempt = 0; attempt < attempts; attempt++) {
    const outcome = await tryOnce(path, deps);
    if (outcome === 'held-by-other') return undefined;
    if (outcome !== 'met-another') return outcome;
    const stepBackMs = 1 + deps.random() * 10 * Math.min(attempt + 1, 10);
    await new Promise<void>((resolve) => deps.clock.after(stepBackMs, resolve));
  }
  return undefined;
}

async function tryOnce(path: string, deps: SocketLockDeps): Promise<SocketLock | 'held-by-other' | 'met-another'> {
  const own = `${path}.${suffix(deps.random)}`;
  const socket = await deps.bind(own);
  if (socket === undefined) return 'met-another';
  let won = false;
  // The open socket keeps it from being given to another one.
  const identity = deps.identity(own);
  try {
    let placed = deps.link(own, path);
    if (placed === 'taken') {
      const holder = await deps.probe(path);
      if (holder === 'alive') return 'held-by-other';
      if (holder === 'dead' && !(await removeDead(path, own, deps))) return 'met-another';
      placed = deps.link(own, path);
    }
    // `absent`: the sweep of a winner took our name for a dead one before we listened.
    if (placed !== 'linked') return 'met-another';
    won = true;
  } finally {
    deps.remove(own);
    if (!won) socket.dispose();
  }
  await sweep(path, deps);
  const stands = () => identity !== undefined && deps.identity(path) === identity;
  const held = toDisposable(() => {
    try {
      if (stands()) deps.remove(path);
    } finally {
      socket.dispose();
    }
  });
  return {
    get stands() {
      return stands();
    },
    dispose: () => held.dispose(),
  };
}

/** Whether the dead socket at `path` is gone and nobody else was at the same work. */
async function removeDead(path: string, own: string, deps: SocketLockDeps): Promise<boolean> {
  for (const other of deps.candidates(path)) {
    if (other !== own && (await deps.probe(other)) === 'alive') return false;
  }
  // Again, now that this candidate is alone: another may have removed it and won since the first look.
  if ((await deps.probe(path)) !== 'dead') return false;
  deps.remove(path);
  return true;
}

/** Clears names of candidates that were killed between bind and link. */
async function sweep(path: string, deps: SocketLockDeps): Promise<void> {
  for (const other of deps.candidates(path)) {
    if ((await deps.probe(other)) === 'dead') deps.remove(other);
  }
}

function suffix(random: () => number): string {
  return Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
}
