import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../shared/errors.ts';
import type { FaultScene, SceneWindow } from '../scene/fault-scene.ts';
import { type FaultKind, forgetsCalls, type InjectedKind } from './fault-kinds.ts';
import { injections } from './inject.ts';
import { lookAt } from './look-at-upstream.ts';
import type { FaultRecord } from './oracle.ts';
import type { Randomness } from './randomness.ts';

/** Faults that come one after the other; the lanes run beside each other. */
interface Lane {
  /** How often each comes, in comparison. */
  readonly weights: Readonly<Partial<Record<InjectedKind, number>>>;
  readonly of: 'bridge' | 'window' | 'upstream' | 'agent';
  /** Between two of them, at least and at most. */
  readonly pauseMs: readonly [number, number];
}

const lanes: readonly Lane[] = [
  {
    of: 'bridge',
    pauseMs: [500, 4_000],
    weights: {
      'bridge-kill': 10,
      'bridge-stop': 4,
      'bridge-freeze': 4,
      'bridge-left-to-others': 2,
      'port-taken': 2,
      'keys-replaced': 1,
      'state-replaced': 1,
      rotated: 1,
    },
  },
  {
    of: 'window',
    pauseMs: [200, 3_000],
    weights: {
      'window-kill': 4,
      'window-reload': 4,
      'window-freeze': 3,
      'link-drop': 6,
      'link-cut': 4,
      'link-slow': 3,
      'link-stall': 3,
      'link-half-open': 0.3,
      'window-asleep': 0.3,
    },
  },
  { of: 'agent', pauseMs: [2_000, 10_000], weights: { 'shim-kill': 1 } },
  {
    of: 'upstream',
    pauseMs: [200, 3_000],
    weights: {
      'upstream-kill': 4,
      'upstream-forgets': 4,
      'upstream-freeze': 3,
      'upstream-refuses': 4,
      'upstream-cut': 4,
      'child-kill': 4,
      'child-freeze': 2,
    },
  },
];

export interface InjectorDeps {
  readonly scene: FaultScene;
  readonly random: Randomness;
  readonly only: readonly FaultKind[];
  readonly keysChange: () => void;
  readonly killShim: (random: Randomness) => Promise<void>;
  readonly now: () => number;
  readonly print: (line: string) => void;
}

/** Nothing takes longer to come back: a link waits at most 60 s. */
const recoveryMs = 75_000;
/** Less than the shortest budget of a call. */
const longAwayMs = 8_000;
const watchMs = 100;
const focusMs = 5_000;
/** What takes from the oracle the right to be strict comes in the last part of a run. */
const lateShare = 0.75;
const longFaults: ReadonlySet<FaultKind> = new Set(['link-half-open', 'window-asleep']);
/** They need that much time before the end. */
const longFaultMs = 60_000;

/** Breaks things at random, and sees that they recover. */
export class Injector {
  readonly faults: FaultRecord[] = [];
  /** What went wrong beside the operations. */
  readonly problems: string[] = [];
  readonly #deps: InjectorDeps;
  readonly #awaySinceMs = new Map<string, number>();
  readonly #stopped = new AbortController();
  #steps = 0;

  constructor(deps: InjectorDeps) {
    this.#deps = deps;
  }

  /** No new faults. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves when the time is over or it was stopped, and all has recovered. */
  async run(untilMs: number): Promise<void> {
    const { random, only } = this.#deps;
    const running = lanes.map((lane) => {
      const allowed = kindsOf(lane.weights).filter((kind) => only.includes(kind));
      return this.#runLane(lane, allowed, random.branch(), untilMs);
    });
    const watch = setInterval(() => this.#watchAbsence(), watchMs);
    await Promise.all(running);
    clearInterval(watch);
  }

  async #runLane(lane: Lane, kinds: readonly InjectedKind[], random: Randomness, untilMs: number): Promise<void> {
    if (kinds.length === 0) return;
    while (!this.#stopped.signal.aborted) {
      // Cut short by `stop`.
      await delay(random.between(...lane.pauseMs), undefined, this.#stopped).catch(() => undefined);
      const leftMs = untilMs - this.#deps.now();
      if (leftMs < 0 || this.#stopped.signal.aborted) return;
      const isLate = this.#deps.now() > untilMs * lateShare;
      const due = isLate ? kinds : kinds.filter((each) => !forgetsCalls(each));
      if (due.length === 0) continue;
      const kind = random.weighted(lane.weights, due);
      if (!longFaults.has(kind) || leftMs > longFaultMs) await this.#inject(kind, lane.of, random);
    }
  }

  async #inject(kind: InjectedKind, of: Lane['of'], random: Randomness): Promise<void> {
    const { scene, now, keysChange, killShim, print } = this.#deps;
    const { upstreams } = scene;
    if (upstreams === undefined) throw new Error('a soak has servers behind its bridge');
    const window = random.pick(scene.windows);
    const server = kind === 'child-kill' || kind === 'child-freeze' ? 'child' : 'web';
    this.#steps += 1;
    const fault: FaultRecord = {
      step: this.#steps,
      kind,
      target: of === 'window' ? window.process.name : of === 'upstream' ? server : undefined,
      startMs: now(),
      endMs: Number.POSITIVE_INFINITY,
    };
    this.faults.push(fault);
    const problem = (text: string) => this.problems.push(`step ${fault.step} (${kind}): ${text}`);
    try {
      await injections[kind]({ scene, window, upstreams, random, keysChange, killShim, problem });
      if (of === 'upstream') await lookAt(scene.bridge, server, recoveryMs);
      else await this.#recover(of === 'window' ? [window] : scene.windows);
    } catch (error) {
      problem(messageOf(error));
    }
    fault.endMs = now();
    print(
      `${fault.startMs.toFixed(0)} step ${fault.step} ${kind} ${fault.target ?? ''}: ${(fault.endMs - fault.startMs).toFixed(0)} ms`,
    );
  }

  /** A person looks at a window that stays away, which makes it try at once. */
  async #recover(windows: readonly SceneWindow[]): Promise<void> {
    const look = setInterval(() => {
      for (const { process } of windows) if (process.state.kind === 'waiting') process.focus();
    }, focusMs);
    try {
      await this.#deps.scene.online(windows, recoveryMs);
    } finally {
      clearInterval(look);
    }
  }

  /** What one window suffers in a row can keep it away for longer than its calls wait. */
  #watchAbsence(): void {
    const { scene, now } = this.#deps;
    for (const { process } of scene.windows) {
      const isHere = process.state.kind === 'online';
      const since = this.#awaySinceMs.get(process.name);
      const known = this.faults.find(
        ({ kind, target, startMs }) => kind === 'window-away' && target === process.name && startMs === since,
      );
      if (isHere) {
        if (known !== undefined) known.endMs = now();
        this.#awaySinceMs.delete(process.name);
      } else if (since === undefined) this.#awaySinceMs.set(process.name, now());
      else if (known === undefined && now() - since > longAwayMs) {
        this.#steps += 1;
        this.faults.push({
          step: this.#steps,
          kind: 'window-away',
          target: process.name,
          startMs: since,
          endMs: Number.POSITIVE_INFINITY,
        });
      }
    }
  }
}

function kindsOf(weights: Lane['weights']): readonly InjectedKind[] {
  const isKind = (name: string): name is InjectedKind => Object.hasOwn(injections, name);
  return Object.keys(weights).filter(isKind);
}
