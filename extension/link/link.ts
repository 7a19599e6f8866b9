import { bridgeFeatures } from '../../shared/bridge-features.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import type { StatusMessage, WindowInfo } from '../../shared/protocol.ts';
import type { UpstreamConfig } from '../../shared/upstream-config.ts';
import { replaces } from '../../shared/version.ts';
import { type AttemptResult, attemptLink, type Linked } from './attempt.ts';
import type { BridgeSource } from './bridge-source.ts';
import { BridgeStarter } from './bridge-starter.ts';
import type { HelloDeps } from './hello.ts';
import type { LinkEnd } from './link-end.ts';
import type { OpenLinkSocket } from './link-socket.ts';
import type { LinkedBridge, LinkState } from './link-state.ts';
import { type LinkCalls, OnlineSession } from './online-session.ts';
import { Outage } from './outage.ts';
import { startWait } from './wait.ts';

export interface LinkDeps extends Omit<HelloDeps, 'journal'> {
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1): spreads the reconnects of many windows. */
  readonly random: () => number;
  readonly bridge: BridgeSource;
  readonly openSocket: OpenLinkSocket;
  readonly calls: LinkCalls;
  /** Whether a missing bridge may be started; asked at each attempt. */
  readonly mayStartBridge: () => boolean;
  /** Resolves once the window's page has answered; never rejects. */
  readonly present: () => Promise<void>;
}

/** A state and what lives only as long as it: timers, watchers, the running attempt, the socket. */
type Phase = LinkState & { readonly scope: DisposableStore; readonly session?: OnlineSession };

/**
 * The editor link of one window: finds the bridge, keeps one link to it, and comes back by itself.
 *
 * Every state change goes through `#enter`, which ends all that belonged to the state before. A callback that comes late
 * finds its scope disposed and does nothing.
 */
export class Link implements Disposable {
  readonly #deps: LinkDeps;
  readonly #starter: BridgeStarter;
  readonly #stateChanged = new Emitter<LinkState>();
  readonly #statusReceived = new Emitter<StatusMessage>();
  readonly onDidChangeState = this.#stateChanged.event;
  /** What the bridge tells of its agents, sessions and calls. */
  readonly onDidReceiveStatus = this.#statusReceived.event;
  #phase: Phase = { kind: 'stopped', scope: new DisposableStore() };
  /** An older bridge whose successor did not come up. */
  #irreplaceable: string | undefined;
  /** From the loss of a healthy link until the next one has proven healthy. */
  readonly #sessions = new DisposableStore();
  readonly #end = new AbortController();
  #outage: Outage | undefined;
  /** What the last attempt saw: only a bridge beside this one is news. */
  #seen: Pick<AttemptResult, 'instance' | 'fingerprint'> | undefined;
  /** The MCP servers that this window offers. */
  #servers: Readonly<Record<string, UpstreamConfig>> = {};
  #disposed = false;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    this.#starter = new BridgeStarter(deps);
  }

  get state(): LinkState {
    return this.#phase;
  }

  /** Leaves `stopped`. */
  start(): void {
    if (this.#phase.kind === 'stopped') this.#connect(false);
  }

  /** The user asks: ends a wait or a refusal. */
  reconnectNow(): void {
    if (this.#phase.kind !== 'connecting' && this.#phase.kind !== 'online') this.#connect(true);
  }

  /** The window got the focus: somebody is here who may want it. */
  wake(): void {
    if (this.#phase.kind === 'waiting') this.#connect(false);
  }

  /** A setting changed: what was refused or waited for may work now. */
  settingsChanged(): void {
    if (this.#phase.kind === 'waiting' || this.#phase.kind === 'refused') this.#connect(false);
  }

  /**
   * The user asks for another bridge process. The bridge leaves with 4004, and whoever may start one does. One that does
   * not answer is ended.
   */
  restartBridge(): void {
    if (this.#phase.session === undefined) void this.#deps.bridge.endSilent().then(() => this.reconnectNow());
    else this.#phase.session.send({ type: 'shutdown' });
  }

  /** Tells the bridge what has changed in this window. Without a link nothing is lost: `hello` tells all. */
  sendWindow(window: Partial<WindowInfo>): void {
    this.#phase.session?.send({ type: 'event', window });
  }

  /** These MCP servers and no others are this window's from now on, for each bridge that takes any. */
  offer(servers: Readonly<Record<string, UpstreamConfig>>): void {
    this.#servers = servers;
    this.#tellServers();
  }

  #tellServers(): void {
    if (this.#phase.kind !== 'online') return;
    const { bridge, session } = this.#phase;
    if (!bridge.features.includes(bridgeFeatures.windowUpstreams)) return;
    session?.send({ type: 'upstreams', servers: { ...this.#servers } });
  }

  #enter(state: LinkState, scope = new DisposableStore(), session?: OnlineSession): DisposableStore {
    this.#phase.scope.dispose();
    this.#phase = { ...state, scope, ...(session === undefined ? {} : { session }) };
    this.#stateChanged.fire(this.#phase);
    return scope;
  }

  #connect(byUser: boolean): void {
    if (this.#disposed) return;
    this.#outage ??= new Outage(this.#deps);
    const scope = this.#enter({ kind: 'connecting', attempt: this.#outage.attempt });
    const giveUp = new AbortController();
    scope.add(toDisposable(() => giveUp.abort(new Error('given up'))));
    void this.#attempt(byUser, giveUp.signal, this.#outage, scope);
  }

  async #attempt(byUser: boolean, signal: AbortSignal, outage: Outage, scope: DisposableStore): Promise<void> {
    const { bridge, openSocket, mayStartBridge, calls, clock, present } = this.#deps;
    // An extension host whose page is gone serves nobody, and would stand beside the window that came in its place.
    await present();
    if (scope.disposed) return;
    const hello: HelloDeps = { ...this.#deps, journal: () => calls.journal };
    const deps = { clock, bridge, starter: this.#starter, mayStart: mayStartBridge, openSocket, hello };
    const { end, ...seen } = await attemptLink(deps, { byUser, signal });
    if (scope.disposed) {
      if (end.kind === 'linked') end.socket.dispose();
      return;
    }
    this.#seen = seen;
    if (end.kind === 'linked') this.#goOnline(end, outage);
    else this.#fail(end, outage);
  }

  #goOnline(linked: Linked, outage: Outage): void {
    const { clock, log, calls, mayStartBridge, extensionVersion, present } = this.#deps;
    const { instance, bridgeVersion: version, editorId, features = [] } = linked.welcome;
    const name = `bridge ${version} on port ${linked.port}`;
    const scope = new DisposableStore();
    const session = this.#sessions.add(
      new OnlineSession({
        clock,
        log,
        calls,
        linked,
        present,
        status: (message) => this.#statusReceived.fire(message),
        moved: () => this.#drop({ kind: 'replaced', reason: 'another bridge took over' }),
        ended: (end) => {
          this.#sessions.delete(session);
          if (this.#phase.session === session) this.#drop(end);
        },
      }),
    );
    scope.add(toDisposable(() => session.lingers || this.#sessions.delete(session)));
    scope.add(
      clock.after(limits.healthyAfterMs, () => {
        outage.ended(name);
        this.#outage = undefined;
      }),
    );
    outage.opened(name);
    const bridge = { instance, version, port: linked.port, editorId, features };
    this.#enter({ kind: 'online', sinceMs: clock.now(), bridge }, scope, session);
    session.start();
    this.#tellServers();
    if (mayStartBridge() && replaces(extensionVersion, version)) void this.#replaceOlder(bridge, session);
  }

  /** The link stays meanwhile: what waits for this window on the older bridge is answered there. */
  async #replaceOlder({ instance, version }: LinkedBridge, session: OnlineSession): Promise<void> {
    if (this.#irreplaceable === instance) return;
    const { log, bridge, extensionVersion } = this.#deps;
    log.info(`bridge ${version} is older than this extension; ${extensionVersion} is to take over`);
    const outcome = await bridge.replace(this.#end.signal);
    switch (outcome.kind) {
      case 'replaced':
        return;
      case 'busy':
        log.info(`bridge ${version} stays for now: ${outcome.reason}`);
        return;
      case 'unable':
        // It leaves, and whoever may start one starts the newer.
        session.send({ type: 'shutdown' });
        return;
      case 'failed':
        this.#irreplaceable = instance;
        log.warn(
          `bridge ${version} stays: ${outcome.reason}${outcome.detail === undefined ? '' : `\n${outcome.detail}`}`,
        );
    }
  }

  /** An open link ended. */
  #drop(end: LinkEnd): void {
    if (this.#outage !== undefined) {
      this.#fail(end, this.#outage);
      return;
    }
    this.#outage = new Outage(this.#deps);
    if (end.kind === 'dropped') this.#wait(end.reason, this.#outage.lost(end.reason), this.#outage);
    else this.#fail(end, this.#outage);
  }

  /** An attempt failed, or its link did not live long enough to count. */
  #fail(end: LinkEnd, outage: Outage): void {
    switch (end.kind) {
      case 'refused':
        this.#refuse(end);
        return;
      case 'replaced':
        if (outage.followReplacement(end.reason)) this.#connect(false);
        else this.#wait(end.reason, outage.failed(end.reason), outage);
        return;
      case 'dropped':
        this.#wait(end.reason, outage.failed(end.reason), outage);
    }
  }

  #wait(reason: string, delayMs: number, outage: Outage): void {
    const { clock } = this.#deps;
    const scope = this.#enter({
      kind: 'waiting',
      attempt: outage.attempt,
      untilMs: clock.now() + delayMs,
      delayMs,
      reason,
    });
    scope.add(startWait({ clock, delayMs, over: () => this.#connect(false) }));
    this.#watch(scope, (signal) => void this.#wakeForNewBridge(scope, signal));
  }

  #refuse({ reason, detail }: Extract<LinkEnd, { kind: 'refused' }>): void {
    this.#deps.log.warn(`refused: ${reason}; waiting for a change or for the user`);
    const scope = this.#enter({ kind: 'refused', reason, ...(detail === undefined ? {} : { detail }) });
    this.#watch(scope, () => this.#connect(false));
  }

  #watch(scope: DisposableStore, changed: (signal: AbortSignal) => void): void {
    const giveUp = new AbortController();
    scope.add(toDisposable(() => giveUp.abort(new Error('given up'))));
    scope.add(this.#deps.bridge.watch(this.#seen?.fingerprint, () => changed(giveUp.signal)));
  }

  /** Not any write ends a wait: only a bridge that was not tried yet and that proves itself. */
  async #wakeForNewBridge(scope: DisposableStore, signal: AbortSignal): Promise<void> {
    const { found } = await this.#deps.bridge.find(signal);
    if (scope.disposed || found.kind === 'missing' || found.instance === this.#seen?.instance) return;
    this.#connect(false);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#enter({ kind: 'stopped' });
    this.#sessions.dispose();
    this.#end.abort(new Error('given up'));
    this.#stateChanged.dispose();
    this.#statusReceived.dispose();
  }
}
