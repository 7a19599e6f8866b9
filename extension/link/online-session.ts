import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { type CallMessage, closeCodes, encode, type StatusMessage, type ToBridge } from '../../shared/protocol.ts';
import type { Linked } from './attempt.ts';
import { withoutPage } from './call-errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { JournalSummary } from './journal.ts';
import { endOf, type LinkEnd } from './link-end.ts';
import { parseToEditor } from './parse-message.ts';

/** Where the bridge's calls go. Implemented by `CallRouter`. */
export interface LinkCalls {
  /** Runs the call, or joins it; `reply` belongs to the link on which it was asked. */
  call(message: CallMessage, reply: (message: ToBridge) => void): void;
  cancel(id: string, reason: string): void;
  ack(ids: readonly string[]): void;
  /** What the bridge is told of the journal. */
  readonly journal: JournalSummary;
}

export interface OnlineSessionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: LinkCalls;
  readonly linked: Linked;
  /** As `LinkDeps.present`. */
  readonly present: () => Promise<void>;
  readonly status: (message: StatusMessage) => void;
  /** Another bridge has taken over, and this link stays only for what still runs on it. */
  readonly moved: () => void;
  /** Called once. */
  readonly ended: (end: LinkEnd) => void;
}

/** One open link: hands messages on, keeps the heartbeat, and tells when it is over. Owns its socket. */
export class OnlineSession implements Disposable {
  readonly #deps: OnlineSessionDeps;
  readonly #store = new DisposableStore();
  readonly #heartbeat: Heartbeat;
  #lingers = false;

  constructor(deps: OnlineSessionDeps) {
    this.#deps = deps;
    const { clock, log, linked } = deps;
    const socket = this.#store.add(linked.socket);
    const heartbeat = new Heartbeat({
      clock,
      log,
      beatMs: linked.welcome.heartbeatMs,
      ping: () => socket.ping(),
      dead: () => this.#end({ kind: 'dropped', reason: 'the bridge fell silent' }),
    });
    this.#heartbeat = this.#store.add(heartbeat);
  }

  /** Begins to hand on what the bridge sends; apart from the constructor, because a message may be waiting already. */
  start(): void {
    this.#deps.linked.socket.listen({
      message: (text) => this.#receive(text),
      traffic: () => this.#heartbeat.heard(),
      presenceAsked: (answer) => void this.#deps.present().then(answer),
      closed: (code, reason) => this.#end(endOf(code, reason)),
    });
  }

  /** Whether it answers its calls only, while another link is the window's. */
  get lingers(): boolean {
    return this.#lingers;
  }

  send(message: ToBridge): void {
    if (!this.#store.disposed) this.#deps.linked.socket.send(encode(message));
  }

  #receive(text: string): void {
    const { calls, status, moved, linked } = this.#deps;
    const message = parseToEditor(text);
    switch (message?.type) {
      case 'call':
        calls.call(message, (reply) => this.#answer(reply));
        return;
      case 'cancel':
        calls.cancel(message.id, message.reason);
        return;
      case 'ack':
        calls.ack(message.ids);
        return;
      case 'status':
        if (!this.#lingers) status(message);
        return;
      case 'moved':
        if (this.#lingers) return;
        this.#lingers = true;
        moved();
        return;
      case 'welcome':
      case 'id_in_use':
      case undefined:
        linked.socket.close(closeCodes.protocolError, 'unexpected message');
        this.#end({ kind: 'dropped', reason: 'the bridge sent what the link does not know' });
    }
  }

  /** What a call waited for in vain may be the page, which only this side can tell. */
  #answer(reply: ToBridge): void {
    if (reply.type !== 'result' || reply.ok || reply.error.code !== 'timeout') return this.send(reply);
    let isTold = false;
    const tell = (message: ToBridge) => {
      if (isTold) return;
      isTold = true;
      this.#store.delete(waiting);
      this.send(message);
    };
    const waiting = this.#store.add(
      this.#deps.clock.after(limits.pageAnswerMs, () => tell({ ...reply, error: withoutPage(reply.error) })),
    );
    void this.#deps.present().then(() => tell(reply));
  }

  #end(end: LinkEnd): void {
    this.dispose();
    this.#deps.ended(end);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
