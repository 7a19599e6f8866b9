import type { Disposable } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { StatusMessage } from '../../../shared/protocol.ts';
import type { ContentChange } from '../content.ts';
import { groupAgents } from '../group-agents.ts';
import type { AgentSession } from './agent-session.ts';

/** The sessions in memory, least recently used first, and the ids that their clients ended. */
export class SessionTable implements Disposable {
  readonly #live = new Map<string, AgentSession>();
  readonly #terminated = new Set<string>();

  get openStreams(): number {
    return [...this.#live.values()].filter(({ streaming }) => streaming).length;
  }

  /** Who is here, for `status`. */
  get agents(): StatusMessage['agents'] {
    return groupAgents([...this.#live.values()].map(({ claims: { client } }) => ({ ...client, sessions: 1 })));
  }

  /** The session, now the most recently used one. */
  use(id: string): AgentSession | undefined {
    const session = this.#live.get(id);
    if (session !== undefined) {
      this.#live.delete(id);
      this.#live.set(id, session);
    }
    return session;
  }

  add(session: AgentSession): void {
    this.#live.set(session.id, session);
    if (this.#live.size > limits.sessionsMax) this.#evict();
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

  /** Remembers that the client itself ended this session. */
  markTerminated(id: string): void {
    this.#terminated.add(id);
    const [oldest] = this.#terminated;
    if (this.#terminated.size > limits.terminatedMax && oldest !== undefined) this.#terminated.delete(oldest);
  }

  isTerminated(id: string): boolean {
    return this.#terminated.has(id);
  }

  dispose(): void {
    for (const session of this.#live.values()) session.dispose();
    this.#live.clear();
  }

  #evict(): void {
    for (const [id, session] of this.#live) {
      if (session.busy) continue;
      this.end(id);
      return;
    }
  }
}
