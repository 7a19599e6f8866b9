import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { Disposable } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { stateFiles } from '../shared/state-files.ts';
import { askProof } from './bridge/ask-proof.ts';
import { findNode, type NodeCommand } from './bridge/find-node.ts';
import { installBundle } from './bridge/install-bundle.ts';
import { spawnBridge } from './bridge/spawn-bridge.ts';
import { acquireStartLock } from './bridge/start-lock.ts';
import { ensureStateDir, readState, stateDirPath } from './bridge/state-dir.ts';
import { StateWatch } from './bridge/state-watch.ts';
import type { BridgeSource, Sighting, StartOutcome } from './link/bridge-source.ts';

export interface BridgeProcessDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1): keeps windows that race for the start apart. */
  readonly random: () => number;
  /** Of this extension host; the bridge gets it without what is VS Code's own. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
  readonly tempDir: string;
  /** The program that runs this extension host: the bridge's last resort. */
  readonly execPath: string;
  /** `dist/holdfast.cjs` inside the extension. */
  readonly bundlePath: string;
  /** Of the extension, which is also that of the bundle. */
  readonly version: string;
}

/** The user's one bridge: finds it, proves it, starts it. Owns no process: a started bridge outlives the window. */
export class BridgeProcess implements BridgeSource {
  readonly #deps: BridgeProcessDeps;
  readonly stateDir: string;
  #node: Promise<NodeCommand> | undefined;

  constructor(deps: BridgeProcessDeps) {
    this.#deps = deps;
    this.stateDir = stateDirPath(deps.env, deps.homeDir);
  }

  /** Holds the `holdfast` launcher, once a bridge was started from here. */
  get binDir(): string {
    return join(this.stateDir, stateFiles.bin);
  }

  async find(signal: AbortSignal): Promise<Sighting> {
    try {
      const { bridge, secret, fingerprint } = await readState(this.stateDir, this.#deps.platform);
      if (bridge === undefined || secret === undefined)
        return { found: { kind: 'missing', reason: 'no bridge runs' }, fingerprint };
      const { port } = bridge;
      const proof = await askProof({ clock: this.#deps.clock, port, secret, signal });
      return { found: proof.kind === 'proven' ? { ...proof, port, secret } : proof, fingerprint };
    } catch (error) {
      return {
        found: { kind: 'missing', reason: messageOf(error) },
        fingerprint: '',
      };
    }
  }

  async start(signal: AbortSignal): Promise<StartOutcome> {
    const { platform } = this.#deps;
    try {
      await ensureStateDir(this.stateDir, platform);
      return await this.#startOrWait(signal);
    } catch (error) {
      return { kind: 'failed', reason: messageOf(error) };
    }
  }

  watch(fingerprint: string | undefined, changed: (fingerprint: string) => void): Disposable {
    const { clock, platform } = this.#deps;
    // A file that cannot be read counts as a content of its own: becoming readable is a change.
    const read = () => readState(this.stateDir, platform).then((state) => state.fingerprint, messageOf);
    return new StateWatch({ clock, stateDir: this.stateDir, seen: fingerprint, read, changed });
  }

  async #startOrWait(signal: AbortSignal): Promise<StartOutcome> {
    const { clock } = this.#deps;
    const untilMs = clock.now() + limits.bridgeStartMs;
    for (let look = 1; ; look += 1) {
      const lock = await acquireStartLock({ ...this.#deps, stateDir: this.stateDir });
      try {
        if ((await this.find(signal)).found.kind === 'proven') return { kind: 'started' };
        if (lock !== undefined && look === 1) return await this.#spawn();
      } finally {
        lock?.dispose();
      }
      // Whoever had the lock let go of it without a bridge to show: ten windows need not fail one after the other.
      if (lock !== undefined) return { kind: 'busy', reason: 'another window could not start the bridge' };
      if (signal.aborted || clock.now() >= untilMs)
        return { kind: 'busy', reason: 'another window is starting the bridge' };
      await new Promise<void>((resolve) => clock.after(limits.bridgeStartPollMs, resolve));
    }
  }

  async #spawn(): Promise<StartOutcome> {
    const { clock, log, env, bundlePath, version, platform } = this.#deps;
    const { stateDir } = this;
    this.#node ??= findNode(this.#deps);
    const node = await this.#node;
    const bundle = await installBundle({ stateDir, bundlePath, version, node, platform });
    log.info(`starting the bridge ${version} with ${node.path}`);
    return spawnBridge({ clock, node, bundle, stateDir, env });
  }
}
