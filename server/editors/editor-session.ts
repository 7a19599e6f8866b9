import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { PassingMap } from '../../shared/passing-map.ts';
import {
  closeCodes,
  type Hello,
  type ResultMessage,
  type ToBridge,
  type ToEditor,
  type WindowInfo,
} from '../../shared/protocol.ts';
import { linkDown, outcomeUnknown, tooLarge, tooManyCalls } from './call-errors.ts';
import type { EditorCall, EditorSession } from './editor-call.ts';
import { PendingCall } from './pending-call.ts';

/** `closed` and `too_large`: nothing was sent. */
export type SendOutcome = 'sent' | 'closed' | 'too_large';

/** What a session needs of its link. */
export interface SessionLink extends Disposable {
  readonly open: boolean;
  send(message: ToEditor): SendOutcome;
  close(code: number, reason: string): void;
  isPresent(waitMs: number): Promise<boolean>;
  onMessage(listener: (message: ToBridge) => void): Disposable;
  onClose(listener: (reason: string) => void): Disposable;
}

type State =
  | { readonly kind: 'ready'; readonly link: SessionLink; readonly listeners: DisposableStore }
  | { readonly kind: 'reconnecting'; readonly sinceMs: number; readonly grace: Disposable }
  | { readonly kind: 'gone' };

export interface LinkedEditorSessionDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** The link version that brought `moved`. */
const movedSinceVersion = 2;

/** A window's registration: its state, its calls, and what becomes of them when the link breaks. */
export class LinkedEditorSession implements EditorSession, Disposable {
  readonly id: string;
  readonly #deps: LinkedEditorSessionDeps;
  readonly #pending = new PassingMap<string, PendingCall>();
  /** Calls given up while the link was down: the same extension host is told on its return. */
  readonly #owedCancels = new Map<string, string>();
  /** Calls that the window's journal has: those it told of, and the keyed ones that were sent since. */
  #held: Set<string>;
  /** Until when the journal may lack calls, as it told; undefined when it did not tell. */
  #gapUntilMs: number | undefined;
  readonly #changes = new Emitter<void>();
  readonly #ends = new Emitter<void>();
  readonly #offers = new Emitter<Readonly<Record<string, unknown>>>();
  readonly #shutdowns = new Emitter<void>();
  #hello: Hello;
  #tools: ReadonlySet<string>;
  #state: State;
  #met = false;
  #dropped = 0;
  #retiring = false;

  /** The window's description, its tools or its readiness changed. */
  readonly onDidChange = this.#changes.event;
  /** The grace is over: the window is forgotten. */
  readonly onDidEnd = this.#ends.event;
  /** The MCP servers that the window offers now, as it describes them. */
  readonly onDidOffer = this.#offers.event;
  /** The person asked this window to restart the bridge. */
  readonly onDidRequestShutdown = this.#shutdowns.event;

  /** Without a link: a window that was linked to an earlier bridge, and has its grace to come back. */
  constructor(hello: Hello, link: SessionLink | undefined, deps: LinkedEditorSessionDeps) {
    this.id = hello.editorId;
    this.#deps = deps;
    this.#hello = hello;
    this.#tools = new Set(hello.tools);
    this.#held = new Set(hello.journal);
    this.#state = link === undefined ? this.#enterGrace() : this.#enterReady(link);
    if (link !== undefined) this.#takeGap(hello);
  }

  get epoch(): string {
    return this.#hello.epoch;
  }

  get window(): WindowInfo {
    return this.#hello.window;
  }

  get tools(): ReadonlySet<string> {
    return this.#tools;
  }

  get readiness(): 'ready' | 'reconnecting' {
    return this.#state.kind === 'ready' ? 'ready' : 'reconnecting';
  }

  get link(): SessionLink | undefined {
    return this.#state.kind === 'ready' ? this.#state.link : undefined;
  }

  /** What the window has said of itself. */
  get hello(): Hello {
    return this.#hello;
  }

  /** Whether the window has been linked to this bridge. */
  get met(): boolean {
    return this.#met;
  }

  isPresent(): Promise<boolean> {
    return this.link?.isPresent(limits.presenceMs) ?? Promise.resolve(true);
  }

  /** Whether a call that the window does not hold has certainly never reached it. */
  get complete(): boolean {
    return this.#gapUntilMs !== undefined && this.#gapUntilMs <= this.#deps.clock.now();
  }

  get heldIds(): ReadonlySet<string> {
    return this.#held;
  }

  holds(id: string): boolean {
    return this.#held.has(id);
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.#held.delete(id);
    this.link?.send({ type: 'ack', ids: [...ids] });
  }

  /** Results that no call was waiting for: late, second, or for an unknown id. */
  get droppedResults(): number {
    return this.#dropped;
  }

  /** The window is back on a new link. Decides for each call what the broken one left open. */
  attach(hello: Hello, link: SessionLink): void {
    const sameHost = hello.epoch === this.#hello.epoch;
    this.#leaveState();
    this.#hello = hello;
    this.#tools = new Set(hello.tools);
    this.#held = new Set(hello.journal);
    this.#takeGap(hello);
    this.#state = this.#enterReady(link);
    if (sameHost) for (const [id, reason] of this.#owedCancels) link.send({ type: 'cancel', id, reason });
    this.#owedCancels.clear();
    const knowsAll = sameHost || this.complete;
    for (const pending of this.#pending.values()) this.#resume(pending, knowsAll);
    this.#changes.fire();
  }

  /** To the window if it is there; what it says of the bridge is not worth waiting for. */
  send(message: ToEditor): void {
    this.link?.send(message);
  }

  call(call: EditorCall): Promise<string> {
    if (this.#state.kind === 'gone') return Promise.reject(linkDown(call, this.window.name));
    if (this.#pending.size >= limits.pendingCallsMax || this.#pending.has(call.id)) {
      return Promise.reject(tooManyCalls(call, this.window.name));
    }
    const pending = new PendingCall({
      call,
      clock: this.#deps.clock,
      windowName: () => this.window.name,
      windowIsHere: this.readiness === 'ready',
      onAbandoned: (reason) => {
        const told = this.link?.send({ type: 'cancel', id: call.id, reason });
        if (told !== 'sent') this.#owedCancels.set(call.id, reason);
      },
      onSettled: () => {
        this.#pending.delete(call.id);
        if (this.#retiring && this.#hello.version < movedSinceVersion) this.#leaveWhenIdle();
      },
    });
    if (pending.settled) return pending.result;
    this.#pending.set(call.id, pending);
    this.#send(pending, false);
    return pending.result;
  }

  /**
   * Another bridge has taken over. The window is told and goes there, and this link stays for what is still answered
   * here, until `EditorRegistry.closeLinks`. One that cannot have two links is let go when its calls are answered; one
   * without a link will never come back to this bridge.
   */
  retire(): void {
    const { link } = this;
    if (link === undefined) return this.dispose();
    this.#retiring = true;
    if (this.#hello.version >= movedSinceVersion) link.send({ type: 'moved' });
    else this.#leaveWhenIdle();
  }

  dispose(): void {
    if (this.#state.kind === 'gone') return;
    this.#leaveState();
    this.#state = { kind: 'gone' };
    for (const pending of this.#pending.values()) {
      const harmless = !pending.sent || pending.call.effect === 'read';
      pending.reject(
        harmless
          ? linkDown(pending.call, this.window.name)
          : outcomeUnknown(pending.call, 'The link to the window broke'),
      );
    }
    this.#ends.fire();
  }

  #leaveWhenIdle(): void {
    if (this.#pending.size === 0) this.link?.close(closeCodes.replaced, 'the bridge was replaced');
  }

  #enterReady(link: SessionLink): State {
    const listeners = new DisposableStore();
    const state: State = { kind: 'ready', link, listeners };
    listeners.add(link.onMessage((message) => this.#receive(message)));
    listeners.add(link.onClose((reason) => this.#lose(state, reason)));
    return state;
  }

  #leaveState(): void {
    if (this.#state.kind === 'ready') this.#state.listeners.dispose();
    if (this.#state.kind === 'reconnecting') this.#state.grace.dispose();
  }

  #lose(state: State, reason: string): void {
    if (state !== this.#state) return;
    this.#leaveState();
    if (this.#retiring) return this.dispose();
    this.#deps.log.info(`window ${this.id} lost its link (${reason}); waiting ${limits.graceMs} ms for it`);
    this.#state = this.#enterGrace();
    this.#changes.fire();
  }

  #enterGrace(): State {
    const { clock, log } = this.#deps;
    const grace = clock.after(limits.graceMs, () => {
      log.info(`window ${this.id} did not return and is forgotten`);
      this.dispose();
    });
    return { kind: 'reconnecting', sinceMs: clock.now(), grace };
  }

  #takeGap({ journalGapMs }: Hello): void {
    this.#met = true;
    this.#gapUntilMs = journalGapMs === undefined ? undefined : this.#deps.clock.now() + journalGapMs;
  }

  /**
   * What becomes of a call on a new link. Never sent: it goes out. Sent to a window whose journal has it, or would have
   * it: sent as a repeat, which the journal answers or joins, and which runs if it was lost on the way. A read without
   * an entry is simply asked again.
   *
   * @param knowsAll the window is the same extension host, or its journal survived the reload whole
   */
  #resume(pending: PendingCall, knowsAll: boolean): void {
    const { call } = pending;
    const known = this.#held.has(call.id);
    if (!pending.sent || (call.effect === 'read' && !known)) this.#send(pending, false);
    else if (knowsAll || known) this.#send(pending, true);
    else pending.reject(outcomeUnknown(call, `The window "${this.window.name}" reloaded`));
  }

  #send(pending: PendingCall, repeat: boolean): void {
    const outcome = this.link?.send(pending.message(repeat));
    if (outcome === 'sent') {
      pending.markSent();
      if (pending.call.key !== undefined) this.#held.add(pending.call.id);
    }
    if (outcome === 'too_large') pending.reject(tooLarge(pending.call));
  }

  #receive(message: ToBridge): void {
    switch (message.type) {
      case 'result':
        return this.#settle(message);
      case 'progress': {
        const { id, progress, total, message: text, waiting } = message;
        const pending = this.#pending.get(id);
        if (waiting !== undefined) return pending?.asking(waiting);
        pending?.progress({
          progress,
          ...(total === undefined ? {} : { total }),
          ...(text === undefined ? {} : { message: text }),
        });
        return;
      }
      case 'event': {
        const known = Object.entries(message.window).filter(([, value]) => value !== undefined);
        this.#hello = { ...this.#hello, window: { ...this.#hello.window, ...Object.fromEntries(known) } };
        this.#changes.fire();
        return;
      }
      case 'upstreams':
        return this.#offers.fire(message.servers);
      case 'shutdown':
        return this.#shutdowns.fire();
      case 'hello':
        this.#deps.log.warn(`window ${this.id} sent a second hello; ignored`);
    }
  }

  #settle(message: ResultMessage): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) {
      this.#dropped++;
      this.#deps.log.debug(`window ${this.id} sent a result that no call waits for; dropped (${this.#dropped} so far)`);
    } else if (message.ok) {
      pending.resolve(message.content);
    } else {
      pending.reject(HoldfastError.from(message.error));
    }
  }
}
