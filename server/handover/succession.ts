import { Server } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { type Hmac, handoverProof } from '../../shared/proof.ts';
import type { BridgeFile, HandoverAnswer } from '../../shared/state-files.ts';
import { isRelease, replaces } from '../../shared/version.ts';
import type { Doorway, Inside } from './doorway.ts';
import { type InstalledBridge, SuccessorProcess } from './successor-process.ts';

/** The state directory's lock, which changes hands with the port. */
export interface BridgeLock {
  /** As `SocketLock.stands`. */
  readonly stands: boolean;
  readonly release: () => void;
  /** Takes it again after a handover that failed. */
  readonly regain: () => Promise<void>;
}

export interface SuccessionDeps {
  readonly stateDir: string;
  readonly instance: string;
  readonly version: string;
  readonly port: number;
  readonly strangerOn: number | undefined;
  readonly editorSecret: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly installed: (version: string) => InstalledBridge | undefined;
  readonly server: Server;
  readonly doorway: Pick<Doorway, 'hold' | 'open' | 'move'>;
  readonly inside: Inside;
  readonly lock: BridgeLock;
  /** Names this bridge in the state directory again. */
  readonly record: () => void;
  readonly hmac: Hmac;
  readonly equal: (expected: string, given: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Another process is the bridge. Runs once. */
  readonly onMoved: () => void;
}

type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly version: string; readonly answer: Promise<HandoverAnswer> }
  | { readonly kind: 'moved'; readonly instance: string };

/**
 * Gives the port to a newer bridge without closing it (docs/decisions/0015). This process starts its successor, because
 * only a parent can pass a listening socket on, and stays the bridge until the other one has said that it is.
 */
export class Succession {
  readonly #deps: SuccessionDeps;
  #state: State = { kind: 'none' };

  constructor(deps: SuccessionDeps) {
    this.#deps = deps;
  }

  /** Whether this process is still the bridge of its state directory, whose files are its own to write. */
  get isBridge(): boolean {
    return this.#state.kind !== 'moved';
  }

  /** Whether nobody is taking over. */
  get isSettled(): boolean {
    return this.#state.kind === 'none';
  }

  /** Another bridge has the state directory, on a port of its own; what still comes here is passed on to it. */
  giveWay({ version, instance, port }: Pick<BridgeFile, 'version' | 'instance' | 'port'>): void {
    if (this.isSettled) this.#moved(version, instance, port);
  }

  /** Whether whoever asks knows the editor secret. */
  isProven(version: string, proof: string): boolean {
    const { hmac, editorSecret, port, instance, equal } = this.#deps;
    return equal(handoverProof(hmac, editorSecret, port, instance, version), proof);
  }

  /** Several windows may ask for the same at once. */
  async request(version: string): Promise<HandoverAnswer> {
    const state = this.#state;
    if (state.kind === 'moved') return { outcome: 'replaced', instance: state.instance };
    if (state.kind === 'running') {
      if (state.version === version) return state.answer;
      return { outcome: 'declined', reason: `version ${state.version} is taking over` };
    }
    const own = this.#deps.version;
    if (!isRelease(version) || !replaces(version, own)) {
      return { outcome: 'declined', reason: `version ${version} is not newer than ${own}` };
    }
    const answer = this.#run(version);
    this.#state = { kind: 'running', version, answer };
    return answer;
  }

  async #run(version: string): Promise<HandoverAnswer> {
    const { installed, clock, log, args, env, stateDir, server, doorway, lock, strangerOn } = this.#deps;
    log.info(`version ${version} is to take over`);
    let successor: SuccessorProcess | undefined;
    let held = false;
    try {
      const bridge = installed(version);
      if (bridge === undefined) throw new Error(`version ${version} is not installed in ${stateDir}`);
      successor = new SuccessorProcess({ installed: bridge, args, env, stateDir, clock });
      const ready = await successor.next(limits.bridgeStartMs);
      if (ready.type !== 'ready') throw new Error(ready.type === 'failed' ? ready.reason : 'it was not ready');
      held = true;
      doorway.hold();
      lock.release();
      await successor.give({ type: 'take', ...(strangerOn === undefined ? {} : { strangerOn }) }, server);
      const up = await successor.next(limits.handoverMs);
      if (up.type !== 'up') throw new Error(up.type === 'failed' ? up.reason : 'it did not come up');
      successor.release();
      return this.#moved(version, up.instance, this.#deps.port);
    } catch (error) {
      const detail = successor?.detail ?? '';
      successor?.dispose();
      if (held) await this.#stay();
      this.#state = { kind: 'none' };
      const reason = `version ${version} could not take over: ${messageOf(error)}`;
      log.warn(detail === '' ? reason : `${reason}\n${detail}`);
      return { outcome: 'failed', reason, ...(detail === '' ? {} : { detail }) };
    }
  }

  #moved(version: string, instance: string, port: number): HandoverAnswer {
    const { server, doorway, log, onMoved } = this.#deps;
    this.#state = { kind: 'moved', instance };
    // Not as the HTTP server closes, which would cut connections that clients still use. Before the first request is
    // passed on, which must not come back here.
    Server.prototype.close.call(server);
    doorway.move(port);
    log.info(`version ${version} is the bridge now (instance ${instance})`);
    onMoved();
    return { outcome: 'replaced', instance };
  }

  /** Everything as it was: the port was never let go of. */
  async #stay(): Promise<void> {
    const { lock, record, doorway, inside } = this.#deps;
    await lock.regain();
    record();
    doorway.open(inside);
  }
}
