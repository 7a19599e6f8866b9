import { bridgeFeatures } from '../../shared/bridge-features.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { closeCodes, type Hello, type StatusMessage } from '../../shared/protocol.ts';
import type { CancelSignal } from './cancellation.ts';
import type { EditorSession } from './editor-call.ts';
import { LinkedEditorSession, type SessionLink } from './editor-session.ts';
import { GoneWindows } from './gone-windows.ts';
import { type KnownWindows, recordedHello, windowRecord } from './known-windows.ts';

export interface EditorRegistryDeps {
  readonly instance: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What the bridge before this one knew; undefined when that got lost. */
  readonly known: KnownWindows | undefined;
}

/** The MCP servers that a window offers, all of them, as it describes them. */
export interface WindowOffer {
  readonly window: EditorSession;
  readonly servers: Readonly<Record<string, unknown>>;
}

/** Every window that is linked or within its grace, by editor id. Owns the sessions and, through them, their links. */
export class EditorRegistry implements Disposable {
  readonly #deps: EditorRegistryDeps;
  readonly #store = new DisposableStore();
  readonly #sessions = new Map<string, LinkedEditorSession>();
  readonly #gone: GoneWindows;
  /** Wall-clock milliseconds: before that, an earlier bridge may have sent calls to windows that are not known here. */
  readonly #completeFromMs: number;
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #knownChanges = this.#store.add(new Emitter<void>());
  readonly #offers = this.#store.add(new Emitter<WindowOffer>());
  readonly #forgotten = this.#store.add(new Emitter<string>());
  readonly #shutdowns = this.#store.add(new Emitter<void>());
  #status: StatusMessage | undefined;
  #broadcast: Disposable | undefined;

  readonly onDidChange = this.#changes.event;
  /** Something of `known` changed; before any call goes to a new window. */
  readonly onDidChangeKnown = this.#knownChanges.event;
  readonly onDidOffer = this.#offers.event;
  /** The grace of this window, an editor id, is over. */
  readonly onDidForget = this.#forgotten.event;
  /** A person asked, in one of the windows, for the bridge to be restarted. */
  readonly onDidRequestShutdown = this.#shutdowns.event;

  constructor(deps: EditorRegistryDeps) {
    this.#deps = deps;
    const { clock, known } = deps;
    this.#gone = new GoneWindows(clock, known?.gone);
    this.#completeFromMs = known?.completeFromMs ?? clock.wallMs() + limits.journalKeepMs;
    for (const record of known?.windows ?? []) this.#add(recordedHello(record), undefined);
  }

  list(): readonly EditorSession[] {
    return [...this.#sessions.values()];
  }

  get(id: string): EditorSession | undefined {
    return this.#sessions.get(id);
  }

  /** For the next bridge. */
  get known(): KnownWindows {
    return {
      windows: [...this.#sessions.values()].map(({ hello }) => windowRecord(hello)),
      gone: [...this.#gone.records],
      completeFromMs: this.#completeFromMs,
    };
  }

  /** The window whose journal has a call; `gone` when that window was forgotten. */
  holderOf(id: string): EditorSession | 'gone' | undefined {
    for (const session of this.#sessions.values()) if (session.holds(id)) return session;
    return this.#gone.had(id) ? 'gone' : undefined;
  }

  /**
   * Whether a call that no window holds has certainly never reached one, of whichever bridge of this state directory.
   *
   * @param window id of the only window that it can have reached; undefined: any
   */
  isComplete(window?: string): boolean {
    const only = this.#sessionOf(window);
    if (only !== undefined) return only.complete;
    return (
      this.#deps.clock.wallMs() >= this.#completeFromMs &&
      this.#gone.complete &&
      [...this.#sessions.values()].every((session) => session.complete)
    );
  }

  /**
   * Resolves when each window of an earlier bridge is back or forgotten, or when the signal aborts.
   *
   * @param window id of the only window to wait for; undefined: all
   */
  settled(signal: CancelSignal, window?: string): Promise<void> {
    const isSettled = () => {
      const only = this.#sessionOf(window);
      const awaited = only === undefined ? [...this.#sessions.values()] : [only];
      return signal.aborted || awaited.every(({ met }) => met);
    };
    if (isSettled()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!isSettled()) return;
        listener.dispose();
        signal.removeEventListener('abort', look);
        resolve();
      };
      const listener = this.#changes.event(look);
      signal.addEventListener('abort', look);
    });
  }

  get linkCount(): number {
    return [...this.#sessions.values()].filter((session) => session.readiness === 'ready').length;
  }

  /** Results that no call was waiting for, over all windows known now. */
  get droppedResults(): number {
    return [...this.#sessions.values()].reduce((sum, session) => sum + session.droppedResults, 0);
  }

  /**
   * Takes a proven window in, or tells that its id belongs to another living one: two windows on one folder share their
   * stored id. The same epoch is the window's own return and replaces its old link at once.
   */
  async admit(hello: Hello, link: SessionLink): Promise<'welcome' | 'id_in_use' | 'gone'> {
    for (;;) {
      if (this.#store.disposed || !link.open) return 'gone';
      const session = this.#sessions.get(hello.editorId);
      const old = session?.link;
      if (session === undefined) this.#register(hello, link);
      else if (old === undefined || hello.epoch === session.epoch) this.#replace(session, hello, link);
      else if (await old.isPresent(limits.presenceMs)) return 'id_in_use';
      // While the ping was out another claimant or the window itself may have come; then look again.
      else if (session.link !== old && session.link !== undefined) continue;
      else if (!link.open || this.#sessions.get(hello.editorId) !== session) continue;
      else this.#replace(session, hello, link);
      return 'welcome';
    }
  }

  /** Tells every window how things stand, at most once per coalescing time and only what is new to them. */
  broadcast(status: () => StatusMessage): void {
    this.#broadcast ??= this.#store.add(
      this.#deps.clock.after(limits.eventCoalesceMs, () => {
        const message = status();
        const changed = JSON.stringify(message) !== JSON.stringify(this.#status);
        this.#forgetBroadcast();
        this.#status = message;
        if (changed) for (const session of this.#sessions.values()) session.send(message);
      }),
    );
  }

  /** Closes every link, for example because the bridge is being replaced. */
  closeLinks(code: number, reason: string): void {
    for (const session of this.#sessions.values()) session.link?.close(code, reason);
  }

  /** Another bridge has taken over: every window goes there, and what runs here is still answered here. */
  retire(): void {
    for (const session of [...this.#sessions.values()]) session.retire();
  }

  dispose(): void {
    if (this.#store.disposed) return;
    this.#store.dispose();
    for (const session of [...this.#sessions.values()]) {
      const { link } = session;
      session.dispose();
      link?.dispose();
    }
  }

  #sessionOf(window: string | undefined): LinkedEditorSession | undefined {
    return window === undefined ? undefined : this.#sessions.get(window);
  }

  #forgetBroadcast(): void {
    if (this.#broadcast !== undefined) this.#store.delete(this.#broadcast);
    this.#broadcast = undefined;
  }

  #register(hello: Hello, link: SessionLink): void {
    // Before the session exists, so that the welcome precedes the first call.
    this.#welcome(hello, link);
    this.#gone.remove(hello.editorId);
    const session = this.#add(hello, link);
    this.#knownChanges.fire();
    this.#deps.log.info(`window ${session.id} linked ("${hello.window.name}", ${hello.tools.length} tools)`);
    this.#changes.fire();
  }

  #add(hello: Hello, link: SessionLink | undefined): LinkedEditorSession {
    const session = new LinkedEditorSession(hello, link, { clock: this.#deps.clock, log: this.#deps.log });
    this.#sessions.set(session.id, session);
    let { folders } = session.window;
    session.onDidChange(() => {
      if (session.window.folders !== folders) this.#knownChanges.fire();
      ({ folders } = session.window);
      this.#changes.fire();
    });
    session.onDidOffer((servers) => this.#offers.fire({ window: session, servers }));
    session.onDidRequestShutdown(() => this.#shutdowns.fire());
    session.onDidEnd(() => {
      this.#sessions.delete(session.id);
      this.#gone.add(session.id, session.complete ? session.heldIds : undefined);
      this.#knownChanges.fire();
      this.#changes.fire();
      this.#forgotten.fire(session.id);
    });
    return session;
  }

  #replace(session: LinkedEditorSession, hello: Hello, link: SessionLink): void {
    const old = session.link;
    this.#welcome(hello, link);
    const reloaded = hello.epoch !== session.epoch;
    session.attach(hello, link);
    this.#knownChanges.fire();
    old?.close(closeCodes.superseded, 'a newer link of this window took over');
    this.#deps.log.info(`window ${session.id} is back${reloaded ? ' after a reload' : ''}`);
  }

  #welcome(hello: Hello, link: SessionLink): void {
    link.send({
      type: 'welcome',
      version: hello.version,
      instance: this.#deps.instance,
      bridgeVersion: this.#deps.version,
      editorId: hello.editorId,
      heartbeatMs: limits.heartbeatMs,
      graceMs: limits.graceMs,
      features: Object.values(bridgeFeatures),
    });
    if (this.#status !== undefined) link.send(this.#status);
  }
}
