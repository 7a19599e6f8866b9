import { canonicalCall } from '../../shared/call-input.ts';
import type { Clock } from '../../shared/clock.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { notKnown } from '../editors/call-errors.ts';
import type { CancelSignal } from '../editors/cancellation.ts';
import type { EditorCall, EditorSession, KeyedCall } from '../editors/editor-call.ts';
import { namedWindow } from './routing.ts';
import { SharedCall, type SharedWork } from './shared-call.ts';

/** Who a call is, when the agent has named it. */
export interface CallIdentity {
  /** The same for the same key, also after a restart of the bridge. */
  readonly id: string;
  /** The sender may have sent it before, perhaps to a bridge that is gone. */
  readonly repeat: boolean;
}

/** The windows, as far as they know of calls. */
export interface CallHolders {
  /** The window that has the call in its journal; `gone` when that window was forgotten. */
  holderOf(id: string): EditorSession | 'gone' | undefined;
  /**
   * Resolves when no window is missed any more that was linked before the bridge started; or with the cancellation.
   *
   * @param window id of the only window that matters; undefined: all
   */
  settled(signal: CancelSignal, window: string | undefined): Promise<void>;
  /** Whether a call that no window holds has certainly never reached one, or not the one that matters. */
  isComplete(window: string | undefined): boolean;
  list(): readonly EditorSession[];
}

export interface KeyedRequest {
  readonly call: EditorCall;
  /** As `CallIdentity.repeat`. */
  readonly repeat: boolean;
  /** Chooses the window of a call that no window has. */
  readonly route: () => Promise<EditorSession>;
}

interface Entry {
  readonly fingerprint: string;
  /** While it runs. */
  readonly running?: SharedCall;
  readonly endedMs?: number;
  /** The answer was delivered: a changing call is not asked for again. */
  readonly acknowledged?: true;
}

export interface KeyedCallsDeps {
  readonly holders: CallHolders;
  /** At most 64 characters that stand for a text, and for nobody else's. */
  readonly digest: (text: string) => string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Calls that the agent has named, each of which runs at most once. What ran is known by the windows' journals; here
 * stands only what this bridge itself has seen, so that it need not ask.
 */
export class KeyedCalls {
  readonly #deps: KeyedCallsDeps;
  /** Ended calls stand in the order of their ends. */
  readonly #entries = new Map<string, Entry>();

  constructor(deps: KeyedCallsDeps) {
    this.#deps = deps;
  }

  /** @throws HoldfastError as `EditorSession.call`; `invalid_input` when the key was another call's. */
  async run(request: KeyedRequest): Promise<string> {
    const { call } = request;
    const { id } = call;
    this.#expire();
    const fingerprint = this.#deps.digest(canonicalCall(call.tool, call.input));
    let known = this.#entries.get(id);
    while (known?.running?.abandoned) {
      await known.running.over;
      known = this.#entries.get(id);
    }
    if (known !== undefined && known.fingerprint !== fingerprint) throw keyReused(call.tool);
    if (known?.running !== undefined) return known.running.join(call.signal, call.progress);
    if (known?.acknowledged && call.effect !== 'read') throw notKnown(call.tool, 'its answer was acknowledged');
    const shared = new SharedCall((work) => this.#work(request, fingerprint, known !== undefined, work));
    this.#entries.set(id, { fingerprint, running: shared });
    return shared.join(call.signal, call.progress);
  }

  /** The answers were delivered. A call that runs is not over, whatever the agent says. */
  acknowledge(ids: readonly string[]): void {
    const { holders } = this.#deps;
    const done = ids.filter((id) => this.#entries.get(id)?.running === undefined);
    for (const id of done) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) this.#entries.set(id, { ...entry, acknowledged: true });
    }
    for (const window of holders.list()) {
      const held = done.filter((id) => window.holds(id));
      if (held.length > 0) window.forget(held);
    }
  }

  async #work(request: KeyedRequest, fingerprint: string, seen: boolean, work: SharedWork): Promise<string> {
    const { clock } = this.#deps;
    const { call } = request;
    const { id } = call;
    const startedMs = clock.now();
    // Whoever asks first waits for the entry to stand.
    await Promise.resolve();
    let executed: boolean | undefined;
    try {
      const { window, repeat } = await this.#place(request, seen, work.signal);
      // Waiting for windows is not the call's time, but agents do not wait for ever.
      const leftMs = Math.max(startedMs + limits.callMaxMs - clock.now(), limits.callMarginMs);
      const budgetMs = Math.min(call.budgetMs, leftMs);
      return await window.call({ ...call, ...work, budgetMs, key: { fingerprint, repeat } });
    } catch (error) {
      executed = !(error instanceof HoldfastError) || error.executed !== 'no';
      throw error;
    } finally {
      this.#entries.delete(id);
      // What certainly did nothing may be asked anew under its key.
      if (executed !== false) this.#entries.set(id, { fingerprint, endedMs: clock.now() });
    }
  }

  /** The window of a call, and what it may do with it. */
  async #place(
    { call, repeat, route }: KeyedRequest,
    seen: boolean,
    signal: CancelSignal,
  ): Promise<{ readonly window: EditorSession; readonly repeat: KeyedCall['repeat'] }> {
    const { holders } = this.#deps;
    const { id } = call;
    const maySeen = seen || repeat;
    if (call.effect === 'read') {
      const holder = holders.holderOf(id);
      return { window: holder === undefined || holder === 'gone' ? await route() : holder, repeat: 'no' };
    }
    // A call that names its window can have gone nowhere else.
    const named = namedWindow(call.input);
    if (maySeen) await holders.settled(signal, named);
    const holder = holders.holderOf(id);
    if (holder === 'gone') throw notKnown(call.tool, 'the window that had the call was closed');
    if (holder !== undefined) return { window: holder, repeat: 'answer' };
    if (!maySeen) return { window: await route(), repeat: 'no' };
    if (!holders.isComplete(named))
      throw notKnown(call.tool, 'the bridge was restarted, and the windows that are back do not know the call');
    return { window: await route(), repeat: 'answer-or-run' };
  }

  /** Drops what is too old or too much, when a call comes: nothing waits for it. */
  #expire(): void {
    const oldestMs = this.#deps.clock.now() - limits.journalKeepMs;
    for (const [id, { running, endedMs = 0 }] of this.#entries) {
      if (running !== undefined) continue;
      if (endedMs > oldestMs && this.#entries.size < limits.keyedCallsMax) return;
      this.#entries.delete(id);
    }
  }
}

function keyReused(tool: string): HoldfastError {
  return new HoldfastError(
    'invalid_input',
    `This idempotency key was used for another call; this call of ${tool} was not run.`,
    { hint: 'Send each new call with a new key, and repeat a key only with the same tool and arguments.' },
  );
}
