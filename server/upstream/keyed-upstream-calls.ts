import type { Clock } from '../../shared/clock.ts';
import { HoldfastError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { CallIdentity } from '../calls/keyed-calls.ts';
import { SharedCall, type SharedWork } from '../calls/shared-call.ts';
import type { SentCalls } from './sent-calls.ts';

export interface KeyedUpstreamCall {
  readonly identity: CallIdentity;
  /** The tool and its arguments, as text. */
  readonly fingerprint: string;
  readonly waiter: Pick<SharedWork, 'signal'> & Partial<Pick<SharedWork, 'progress'>>;
  readonly work: (shared: SharedWork) => Promise<string>;
}

export interface KeyedUpstreamCallsDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** By this bridge, and by those before it. */
  readonly sent: Pick<SentCalls, 'has' | 'add' | 'delete'>;
}

interface Entry {
  readonly fingerprint: string;
  /** Absent when the answer was delivered, or given up for newer ones. */
  call: SharedCall | undefined;
  chars: number;
  endedMs: number | undefined;
}

/**
 * Calls of upstream tools that the agent has named, each of which is sent at most once. Upstream servers keep no journal, so
 * what an earlier bridge may have sent is answered `outcome_unknown`.
 */
export class KeyedUpstreamCalls {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #sent: Pick<SentCalls, 'has' | 'add' | 'delete'>;
  readonly #entries = new Map<string, Entry>();
  #chars = 0;

  constructor({ clock, sent }: KeyedUpstreamCallsDeps) {
    this.#clock = clock;
    this.#sent = sent;
  }

  /** @throws HoldfastError `invalid_input` for another call's key, `outcome_unknown` when nothing is known of a repeat */
  run({ identity: { id, repeat }, fingerprint, waiter, work }: KeyedUpstreamCall): Promise<string> {
    this.#expire();
    const known = this.#entries.get(id);
    if (known !== undefined && known.fingerprint !== fingerprint) throw keyReused();
    if (known?.call !== undefined) return known.call.join(waiter.signal, waiter.progress);
    if (known !== undefined || repeat || this.#sent.has(id)) throw notKnown();
    this.#sent.add(id);
    const call = new SharedCall((shared) => Promise.resolve().then(() => work(shared)));
    const entry: Entry = { fingerprint, call, chars: 0, endedMs: undefined };
    this.#entries.set(id, entry);
    const joined = call.join(waiter.signal, waiter.progress);
    void joined.then(
      (result) => this.#ended(id, entry, result.length),
      (error: unknown) => {
        // What certainly did nothing may be asked anew under its key.
        if (!(error instanceof HoldfastError) || error.executed !== 'no') return;
        this.#entries.delete(id);
        this.#sent.delete(id);
      },
    );
    void call.over.then(() => {
      entry.endedMs ??= this.#clock.now();
    });
    return joined;
  }

  /** The answers were delivered. */
  acknowledge(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry?.endedMs !== undefined) this.#forget(entry);
    }
  }

  #ended(id: string, entry: Entry, chars: number): void {
    if (this.#entries.get(id) !== entry || entry.endedMs !== undefined) return;
    entry.endedMs = this.#clock.now();
    entry.chars = chars;
    this.#chars += chars;
    for (const old of this.#entries.values()) {
      if (this.#chars <= limits.upstreamKeptMaxChars) return;
      if (old.endedMs !== undefined) this.#forget(old);
    }
  }

  #forget(entry: Entry): void {
    this.#chars -= entry.chars;
    entry.chars = 0;
    entry.call = undefined;
  }

  #expire(): void {
    const oldestMs = this.#clock.now() - limits.journalKeepMs;
    for (const [id, entry] of this.#entries) {
      if (entry.endedMs === undefined) continue;
      if (entry.endedMs > oldestMs && this.#entries.size < limits.keyedCallsMax) return;
      this.#forget(entry);
      this.#entries.delete(id);
    }
  }
}

function notKnown(): HoldfastError {
  const message = 'This call may have been sent to its server before, and nothing tells how it ended.';
  return new HoldfastError('outcome_unknown', message, {
    executed: 'unknown',
    hint: 'Read what the call would have changed; repeat it as a new call only if its effect is missing.',
  });
}

function keyReused(): HoldfastError {
  const message = 'This idempotency key was used for another call; this one was not run.';
  return new HoldfastError('invalid_input', message, { hint: 'Send each new call with a new key.' });
}
