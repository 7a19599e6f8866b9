import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import type { Disposable } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { type NodeCommand, stateFiles } from '../shared/state-files.ts';
import { replaces } from '../shared/version.ts';
import { askHandover } from './bridge/ask-handover.ts';
import { askProof } from './bridge/ask-proof.ts';
import { findNode } from './bridge/find-node.ts';
import { installBundle, pruneVersions } from './bridge/install-bundle.ts';
import { endSilentBridge, holdsStateDir, type SilentBridgeDeps } from './bridge/silent-bridge.ts';
import { spawnBridge } from './bridge/spawn-bridge.ts';
import { acquireStartLock } from './bridge/start-lock.ts';
import { ensureStateDir, readState, stateDirPath } from './bridge/state-dir.ts';
import { StateWatch } from './bridge/state-watch.ts';
import type { BridgeSource, FoundBridge, ReplaceOutcome, Sighting, StartOutcome } from './link/bridge-source.ts';

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
      if (proof.kind === 'proven') return { found: { ...proof, port, secret }, fingerprint };
      const { reason, silent } = proof;
      // A stranger that says nothing is no reason to wait for it.
      if (silent && (await holdsStateDir(bridge, this.#place))) return { found: isSilent(bridge.pid), fingerprint };
      return { found: { kind: 'missing', reason }, fingerprint };
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

  async replace(signal: AbortSignal): Promise<ReplaceOutcome> {
    const { clock, bundlePath, version, platform, log } = this.#deps;
    const { stateDir } = this;
    try {
      const untilMs = clock.now() + limits.bridgeStartMs;
      for (;;) {
        const lock = await acquireStartLock({ ...this.#deps, stateDir });
        try {
          const { found } = await this.find(signal);
          if (found.kind === 'missing') return { kind: 'busy', reason: found.reason };
          if (!replaces(version, found.version)) return { kind: 'replaced' };
          if (lock !== undefined) {
            await installBundle({ stateDir, bundlePath, version, node: await this.#findNode(), platform });
            const outcome = await askHandover({ clock, bridge: found, version, signal });
            log.info(`the handover from ${found.version} to ${version}: ${outcome.kind}`);
            if (outcome.kind === 'replaced') await this.#prune();
            return outcome;
          }
        } finally {
          lock?.dispose();
        }
        if (signal.aborted || clock.now() >= untilMs) return { kind: 'busy', reason: 'another window is at it' };
        await new Promise<void>((resolve) => clock.after(limits.bridgeStartPollMs, resolve));
      }
    } catch (error) {
      return { kind: 'failed', reason: messageOf(error) };
    }
  }

  async endSilent(): Promise<boolean> {
    const { log, platform } = this.#deps;
    try {
      const { found } = await this.find(new AbortController().signal);
      const { bridge } = await readState(this.stateDir, platform);
      if (found.kind === 'proven' || found.silentPid === undefined || bridge?.pid !== found.silentPid) return false;
      const ended = await endSilentBridge(bridge, this.#place);
      log.info(`the bridge (process ${bridge.pid}) does not answer; ${ended ? 'ended it' : 'it could not be ended'}`);
      return ended;
    } catch (error) {
      log.warn(`the bridge that does not answer could not be ended: ${messageOf(error)}`);
      return false;
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
        const { found } = await this.find(signal);
        if (found.kind === 'proven') return { kind: 'started' };
        if (found.silentPid !== undefined) return { kind: 'busy', reason: found.reason };
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
    const node = await this.#findNode();
    const bundle = await installBundle({ stateDir, bundlePath, version, node, platform });
    log.info(`starting the bridge ${version} with ${node.path}`);
    const outcome = await spawnBridge({ clock, node, bundle, stateDir, env });
    if (outcome.kind === 'started') await this.#prune();
    return outcome;
  }

  async #prune(): Promise<void> {
    const { version, platform } = this.#deps;
    const { bridge } = await readState(this.stateDir, platform);
    await pruneVersions(this.stateDir, bridge === undefined ? [version] : [version, bridge.version]);
  }

  #findNode(): Promise<NodeCommand> {
    this.#node ??= findNode(this.#deps);
    return this.#node;
  }

  get #place(): SilentBridgeDeps {
    return { ...this.#deps, stateDir: this.stateDir };
  }
}

function isSilent(pid: number): FoundBridge {
  const reason = `the bridge (process ${pid}) does not answer; "Holdfast: Restart Bridge" ends it`;
  return { kind: 'missing', reason, silentPid: pid };
}
