import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { StatusMessage } from '../../../shared/protocol.ts';
import type { ContentChange } from '../content.ts';
import { groupAgents } from '../group-agents.ts';
import type { AgentSession } from './agent-session.ts';

/**
 * The sessions in memory, least recently used first. Few stay there without being busy, and none for long: each comes
 * back from its id.
 */
export class SessionTable implements Disposable {
  readonly #clock: Clock;
  readonly #live = new Map<string, AgentSession>();
  /** Waits for the first session that can have been unused for its time; none while there are no sessions. */
  #sweep: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get openStreams(): number {
    return [...this.#live.values()].filter(({ streaming }) => streaming).length;
  }

  /** Who is here, for `status`. */
  get agents(): StatusMessage['agents'] {
    return groupAgents([...this.#live.values()].map(({ claims: { client } }) => ({ ...client, sessions: 1 })));
  }

  /** The session, now the most recently used one; which of two was it within one step is all the same. */
  use(id: string): AgentSession | undefined {
    const session = this.#live.get(id);
    if (session !== undefined && this.#clock.now() >= session.usedMs + limits.sessionUseStepMs) this.#touch(session);
    return session;
  }

  add(session: AgentSession): void {
    this.#touch(session);
    if (this.#live.size > limits.sessionsIdleMax) this.#evict();
    this.#sweep ??= this.#clock.after(limits.sessionIdleMs, () => this.#dropUnused());
  }

  /** Takes a session out of memory and disposes it; false when it was not there. */
  end(id: string): boolean {
    const session = this.#live.get(id);
    this.#live.delete(id);
    session?.dispose();
    return session !== undefined;
  }

  /** Passes a change on to every session; each knows what its client wants to hear. */
  tell(change: ContentChange): void {
    for (const session of this.#live.values()) session.tell(change);
  }

  endStreams(): void {
    for (const session of this.#live.values()) session.endStream();
  }

  dispose(): void {
    this.#sweep?.dispose();
    for (const session of this.#live.values()) session.leave();
    this.#live.clear();
  }

  #touch(session: AgentSession): void {
    session.usedMs = this.#clock.now();
    this.#live.delete(session.id);
    this.#live.set(session.id, session);
  }

  /** Looks at the least recently used ones only. A busy one is in use: it goes to the end, and the next is looked at. */
  #evict(): void {
    const oldest = [...take(this.#live.values(), limits.sessionEvictScan)];
    for (const session of oldest) {
      if (session.busy) this.#touch(session);
      else if (this.#live.size > limits.sessionsIdleMax) this.end(session.id);
    }
  }

  #dropUnused(): void {
    const beforeMs = this.#clock.now() - limits.sessionIdleMs;
    let next: AgentSession | undefined;
    for (const session of [...this.#live.values()]) {
      if (session.usedMs > beforeMs) {
        next = session;
        break;
      }
      if (session.busy) this.#touch(session);
      else this.end(session.id);
    }
    next ??= this.#live.values().next().value;
    this.#sweep = next && this.#clock.after(next.usedMs - beforeMs, () => this.#dropUnused());
  }
}

function* take<T>(items: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
