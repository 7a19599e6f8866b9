import { setTimeout as delay } from 'node:timers/promises';
import { agentHeaders } from '../../../shared/agent-headers.ts';
import type { Operation } from '../soak/operation.ts';
import { readAnswer, type ToolAnswer } from './answer.ts';
import type { Conversation, SessionId, ToolRequest } from './conversation.ts';

/** How the agent behaves in one operation. */
export interface Manner {
  /** Gives up one request after so long, and repeats it. */
  readonly timeoutMs: number;
  /** Goes away after so long, once: for good, or to ask again for what it has missed. */
  readonly leaves?: { readonly afterMs: number; readonly returns: boolean };
  /** Sends the same call a second time: so long after the first, or when the first was answered. */
  readonly duplicates?: { readonly afterMs: number } | 'later';
  /** Uses the key for another call afterwards: the call with this input. */
  readonly reusesKeyFor?: ToolRequest['arguments'];
  readonly acknowledges?: boolean;
  readonly slowly?: boolean;
}

export interface KeyedAgentDeps {
  readonly conversation: Conversation;
  /** Changes with everything that makes tokens and session ids invalid. */
  readonly keysGeneration: () => number;
  /** How long an operation is tried: far beyond all that it may have to wait for. */
  readonly patienceMs: number;
  readonly now: () => number;
}

type Call = Pick<ToolRequest, 'name' | 'arguments'>;
type Told = Extract<ToolAnswer, { kind: 'ok' | 'error' }>;
type End = Told | { readonly kind: 'left' | 'never' };

const pauseMs = 100;
/** An agent that is refused for longer than that is configured again. */
const deadAddressMs = 5_000;
/** Errors that say that nothing ran are tried again so often. */
const retries = 30;

/** An agent that names its calls by keys, and that asks until it knows how they ended. */
export class KeyedAgent {
  readonly #deps: KeyedAgentDeps;
  readonly #delivered: string[] = [];
  /** Generation of the keys under which each session was last seen to be good. */
  readonly #good = new Map<SessionId, number>();
  /** Sessions that the agent itself has ended. */
  readonly #ended = new Set<SessionId>();
  #refusedSinceMs: number | undefined;

  constructor(deps: KeyedAgentDeps) {
    this.#deps = deps;
  }

  /** Takes an operation to its end; without one it has hung. */
  async run(operation: Operation, call: Call, manner: Manner): Promise<void> {
    const { reusesKeyFor, acknowledges = false } = manner;
    const end = await this.#askTwice(operation, call, manner);
    if (end.kind === 'ok' && reusesKeyFor !== undefined)
      await this.#reuse(operation, { ...call, arguments: reusesKeyFor });
    if (end.kind === 'ok') operation.end({ kind: 'ok' });
    if (end.kind === 'error') operation.end({ kind: 'error', code: end.code, executed: end.executed });
    if (end.kind === 'left') operation.end({ kind: 'left', why: 'the agent gave up' });
    else if (acknowledges) this.#delivered.push(operation.id);
  }

  /** Ends the session, as a client does that closes. */
  async endSession(): Promise<void> {
    await this.#deps.conversation.end((session) => this.#ended.add(session));
  }

  /** Asks as often as the manner says; resolves with what counts in the end. */
  async #askTwice(operation: Operation, call: Call, manner: Manner): Promise<End> {
    const { duplicates, leaves: _, ...staying } = manner;
    const asked = this.#ask(operation, call, manner, false);
    if (duplicates === undefined) return asked;
    if (duplicates === 'later') {
      const first = await asked;
      if (first.kind !== 'ok' && first.kind !== 'error') return first;
      return compare(operation, first, await this.#ask(operation, call, staying, true));
    }
    await delay(duplicates.afterMs);
    const again = this.#ask(operation, call, staying, false);
    const earlier = await Promise.race([asked, again]);
    const [first, second] = [await asked, await again];
    return compare(operation, earlier, earlier === first ? second : first);
  }

  async #ask(operation: Operation, call: Call, manner: Manner, asksAgain: boolean): Promise<End> {
    const { conversation, now, patienceMs, keysGeneration } = this.#deps;
    const untilMs = now() + patienceMs;
    let repeat = asksAgain;
    let { leaves } = manner;
    let failures = 0;
    let staleAnswers = 0;
    const { token } = conversation;
    while (now() < untilMs) {
      if (repeat && conversation.token !== token) {
        // Another token, perhaps another bridge's: nobody promises anything about a call that the old one may have run.
        operation.cancelled = true;
        return { kind: 'left' };
      }
      const fromMs = now();
      const generation = keysGeneration();
      const sentToken = conversation.token;
      const leave = leaves === undefined ? undefined : AbortSignal.timeout(Math.round(leaves.afterMs));
      const { exchanged, session } = await conversation.call({
        ...call,
        headers: this.#headers(operation, repeat),
        timeoutMs: manner.timeoutMs,
        slowly: manner.slowly === true,
        ...(leave === undefined ? {} : { leave }),
      });
      if (exchanged.kind === 'failed') {
        operation.note(`${exchanged.how}: ${exchanged.reason}`);
        if (exchanged.how !== 'refused') repeat = true;
        if (exchanged.how === 'timeout') operation.offend('stalled', exchanged.reason, fromMs);
        if (exchanged.how === 'left' && leaves !== undefined) {
          // In the modern era a client that leaves has cancelled its call. And whether what it left had arrived at all is
          // not known of a call for a server behind the bridge, which keeps no journal.
          operation.cancelled ||= conversation.cancelsByLeaving || !leaves.returns || operation.passesOn;
          if (!leaves.returns) return { kind: 'left' };
          leaves = undefined;
        }
        this.#mindRefusal(exchanged.how === 'refused');
        await delay(pauseMs);
        continue;
      }
      this.#refusedSinceMs = undefined;
      const answer = readAnswer(exchanged);
      operation.note(`${repeat ? 'repeat' : 'first'}: ${JSON.stringify(answer)}`);
      if (answer.kind === 'ok' || answer.kind === 'error') this.#good.set(session, generation);
      if (answer.kind === 'ok') {
        if (answer.op !== operation.id) operation.offend('protocol', `the answer belongs to ${answer.op}`);
        return answer;
      }
      if (answer.kind === 'error') {
        failures += 1;
        // What it has cancelled itself stays so under this key.
        if (operation.cancelled && answer.code === 'cancelled') return answer;
        if (answer.executed !== 'no' || !answer.retryable || failures > retries) return answer;
        // Taken at its word: it did not run, so it is asked anew and not as a repeat. A lie would make it run twice.
        repeat = false;
        await delay(pauseMs * Math.min(failures, 10));
      } else if (answer.kind === 'stale') {
        staleAnswers += 1;
        this.#mindStale(operation, session, answer.detail, staleAnswers);
      } else if (answer.kind === 'empty' && this.#ended.has(session)) {
        operation.cancelled = true;
        repeat = true;
      } else if (answer.kind === 'unauthorised') this.#mindRefusedToken(operation, sentToken);
      else {
        operation.offend('protocol', answer.kind === 'wrong' ? answer.text : 'an empty answer');
        await delay(pauseMs);
      }
    }
    return { kind: 'never' };
  }

  #headers({ id }: Operation, repeat: boolean): Readonly<Record<string, string>> {
    const delivered = this.#delivered.splice(0).filter((key) => key !== id);
    return {
      [agentHeaders.key]: id,
      ...(repeat ? { [agentHeaders.repeat]: '1' } : {}),
      ...(delivered.length === 0 ? {} : { [agentHeaders.ack]: delivered.join(', ') }),
    };
  }

  #mindRefusal(isRefused: boolean): void {
    const { conversation, now } = this.#deps;
    if (!isRefused) this.#refusedSinceMs = undefined;
    else this.#refusedSinceMs ??= now();
    if (this.#refusedSinceMs === undefined || now() - this.#refusedSinceMs < deadAddressMs) return;
    this.#refusedSinceMs = undefined;
    conversation.configure();
  }

  /** A session outlives everything but the keys, its own end, and the second answer is a healed one. */
  #mindStale(operation: Operation, session: SessionId, detail: string, count: number): void {
    const { conversation, keysGeneration } = this.#deps;
    const isGood = this.#good.get(session) === keysGeneration() && !this.#ended.has(session);
    if (isGood) operation.offend('stale', `a good session was answered as ${detail}`);
    if (count > 2) operation.offend('protocol', `stale answer number ${count} in one operation`);
    conversation.renew(session);
  }

  #mindRefusedToken(operation: Operation, token: string): void {
    const { conversation } = this.#deps;
    if (token === conversation.rightToken) operation.offend('protocol', '401 for a good token');
    conversation.configure();
  }

  /** Another call under a key that was used must be refused, and must not run. */
  async #reuse(operation: Operation, call: Call): Promise<void> {
    const end = await this.#ask(operation, call, { timeoutMs: 30_000 }, true);
    if (end.kind === 'ok') operation.offend('contradiction', 'another call under the same key was answered as done');
  }
}

/**
 * Two answers to one call must be one answer, unless the second says that it is not known, or the first said that it had
 * not run yet. Returns the one that counts.
 */
function compare(operation: Operation, earlier: End, later: End): End {
  operation.note(`duplicate: ${JSON.stringify(later)}`);
  // A read is asked anew where its answer is not there any more, and may then fail.
  if (operation.changes && earlier.kind === 'ok' && later.kind === 'error' && later.executed === 'no') {
    operation.offend('contradiction', `one answer says done, the next one ${later.code} and that it did not run`);
  }
  return earlier.kind === 'ok' ? earlier : later;
}
