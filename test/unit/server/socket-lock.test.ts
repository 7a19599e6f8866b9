import assert from 'node:assert/strict';
import { type Disposable, toDisposable } from '../../../shared/disposable.ts';
import { acquireSocketLock, type SocketLockDeps } from '../../../shared/socket-lock.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { pseudoRandom } from '../../support/pseudo-random.ts';

const path = '/state/bridge.lock';

interface Socket {
  readonly identity: string;
  listening: boolean;
  ownerAlive: boolean;
}

/** A file system of sockets whose every asynchronous step takes a random number of turns, so that racers interleave. */
class SocketWorld {
  readonly names = new Map<string, Socket>();
  readonly random: () => number;
  #count = 0;

  constructor(seed: number) {
    this.random = pseudoRandom(seed);
  }

  socket(): Socket {
    this.#count += 1;
    return { identity: `${this.#count}`, listening: false, ownerAlive: true };
  }

  /** One process; `kill` ends it as SIGKILL does: no step of it runs any more and its sockets refuse. */
  process(): { readonly deps: SocketLockDeps; kill(): void } {
    const sockets: Socket[] = [];
    let alive = true;
    const step = async () => {
      for (let turns = Math.floor(this.random() * 4); turns >= 0; turns--) await Promise.resolve();
      if (!alive) await new Promise<never>(() => {});
    };
    const deps: SocketLockDeps = {
      clock: {
        now: () => 0,
        wallMs: () => 0,
        after: (ms, run) => {
          void (async () => {
            for (let turns = 0; turns < ms; turns++) await step();
            run();
          })();
          return toDisposable(() => {});
        },
      },
      random: this.random,
      bind: async (name) => {
        await step();
        if (this.names.has(name)) return undefined;
        const socket = this.socket();
        sockets.push(socket);
        this.names.set(name, socket);
        // The gap between bind and listen, in which a connection is refused though the owner lives.
        await step();
        socket.listening = true;
        return toDisposable(() => {
          socket.ownerAlive = false;
        });
      },
      probe: async (name) => {
        await step();
        const socket = this.names.get(name);
        const outcome = socket === undefined ? 'absent' : socket.listening && socket.ownerAlive ? 'alive' : 'dead';
        await step();
        return outcome;
      },
      link: (from, to) => {
        const socket = this.names.get(from);
        if (socket === undefined) return 'absent';
        if (this.names.has(to)) return 'taken';
        this.names.set(to, socket);
        return 'linked';
      },
      identity: (name) => this.names.get(name)?.identity,
      remove: (name) => void this.names.delete(name),
      candidates: () => [...this.names.keys()].filter((name) => name.startsWith(`${path}.`)),
    };
    return {
      deps,
      kill: () => {
        alive = false;
        for (const socket of sockets) socket.ownerAlive = false;
      },
    };
  }
}

describe('the socket lock', () => {
  it('is held by one process at a time and free again after its release', async () => {
    const world = new SocketWorld(1);
    const first = await acquireSocketLock(path, world.process().deps);
    assert.ok(first);
    assert.equal(await acquireSocketLock(path, world.process().deps), undefined);
    first.dispose();
    assert.deepEqual([...world.names.keys()], []);
    assert.ok(await acquireSocketLock(path, world.process().deps));
  });

  it('leaves the lock of the next owner alone, where its own vanished with the directory', async () => {
    const world = new SocketWorld(1);
    const first = await acquireSocketLock(path, world.process().deps);
    world.names.clear();
    const second = await acquireSocketLock(path, world.process().deps);
    assert.ok(first !== undefined && second !== undefined);
    first.dispose();
    assert.equal(await acquireSocketLock(path, world.process().deps), undefined);
    second.dispose();
    assert.deepEqual([...world.names.keys()], []);
  });

  it('is taken over from a killed owner', async () => {
    const world = new SocketWorld(2);
    const owner = world.process();
    assert.ok(await acquireSocketLock(path, owner.deps));
    owner.kill();
    assert.ok(await acquireSocketLock(path, world.process().deps));
  });

  it('clears the names of candidates that were killed half way', async () => {
    const world = new SocketWorld(3);
    world.names.set(`${path}.leftover`, { ...world.socket(), listening: true, ownerAlive: false });
    assert.ok(await acquireSocketLock(path, world.process().deps));
    assert.deepEqual([...world.names.keys()], [path]);
  });

  it('starts over when a winner swept its name away before it listened', async () => {
    const world = new SocketWorld(4);
    const { deps } = world.process();
    let binds = 0;
    const lock = await acquireSocketLock(path, {
      ...deps,
      bind: async (name) => {
        const socket = await deps.bind(name);
        binds++;
        if (binds === 1) world.names.delete(name);
        return socket;
      },
    });
    assert.ok(lock);
    assert.deepEqual([binds, [...world.names.keys()]], [2, [path]]);
  });

  it('lets exactly one of ten racers win, in 500 interleavings over a dead owner', async () => {
    for (let seed = 1; seed <= 500; seed++) {
      const world = new SocketWorld(seed);
      const dead = world.process();
      await acquireSocketLock(path, dead.deps);
      dead.kill();
      const racers = Array.from({ length: 10 }, () => acquireSocketLock(path, world.process().deps));
      const held = (await Promise.all(racers)).filter((lock) => lock !== undefined);
      assert.equal(held.length, 1, `seed ${seed}`);
    }
  });

  it('never has two owners while owners come, leave and are killed, in 300 interleavings', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const world = new SocketWorld(seed);
      const holders = new Set<Disposable>();
      const life = async () => {
        for (let round = 0; round < 4; round++) {
          const process = world.process();
          const lock = await acquireSocketLock(path, process.deps);
          if (lock === undefined) continue;
          holders.add(lock);
          assert.equal(holders.size, 1, `seed ${seed}`);
          for (let turns = world.random() * 40; turns > 0; turns--) await Promise.resolve();
          holders.delete(lock);
          if (world.random() < 0.5) process.kill();
          else lock.dispose();
        }
      };
      await Promise.all(Array.from({ length: 5 }, life));
    }
  });

  it('is the exclusive bind itself for a Windows pipe', async () => {
    const bound: string[] = [];
    const deps: SocketLockDeps = {
      ...new SocketWorld(1).process().deps,
      clock: new FakeClock(),
      bind: async (name) => (bound.includes(name) ? undefined : (bound.push(name), toDisposable(() => {}))),
    };
    const pipe = '\\\\.\\pipe\\holdfast-abc-bridge.lock';
    assert.ok(await acquireSocketLock(pipe, deps));
    assert.equal(await acquireSocketLock(pipe, deps), undefined);
    assert.deepEqual(bound, [pipe]);
  });
});
