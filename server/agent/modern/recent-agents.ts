import type { Clock } from '../../../shared/clock.ts';
import { type Disposable, toDisposable } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import type { StatusMessage } from '../../../shared/protocol.ts';
import type { ClientInfo } from '../client-info.ts';

export interface RecentAgentsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'info'>;
}

interface Presence {
  readonly client: ClientInfo;
  /** Monotonic time of its latest request. */
  seenMs: number;
  openStreams: number;
}

/** Who is here, in an era without sessions: whoever has a stream open or made a request a short time ago. */
export class RecentAgents {
  readonly #deps: RecentAgentsDeps;
  /** By name and version; the one unseen for longest first. */
  readonly #present = new Map<string, Presence>();
  #latest: Presence | undefined;

  constructor(deps: RecentAgentsDeps) {
    this.#deps = deps;
  }

  get agents(): StatusMessage['agents'] {
    return [...this.#present.values()]
      .filter((presence) => this.#isHere(presence))
      .map(({ client: { name, version } }) => ({ name, version, sessions: 1 }));
  }

  /** A request came from this agent. */
  see(client: ClientInfo): void {
    this.#presenceOf(client).seenMs = this.#deps.clock.now();
  }

  /** Keeps the agent here while a stream of its own is open. */
  hold(client: ClientInfo): Disposable {
    const presence = this.#presenceOf(client);
    presence.openStreams++;
    return toDisposable(() => {
      presence.openStreams--;
      presence.seenMs = this.#deps.clock.now();
    });
  }

  /** What is remembered of the agent, which is now the one seen last. */
  #presenceOf(client: ClientInfo): Presence {
    const latest = this.#latest;
    if (latest?.client.name === client.name && latest.client.version === client.version && this.#isHere(latest))
      return latest;
    const key = `${client.name}\n${client.version}`;
    const known = this.#present.get(key);
    if (known === undefined || !this.#isHere(known)) {
      this.#deps.log.info(`${client.name} ${client.version} is here (without a session)`);
    }
    const presence = known ?? { client, seenMs: this.#deps.clock.now(), openStreams: 0 };
    this.#present.delete(key);
    this.#present.set(key, presence);
    this.#latest = presence;
    if (this.#present.size > limits.agentsSeenMax) this.#forgetOldest();
    return presence;
  }

  #isHere({ seenMs, openStreams }: Presence): boolean {
    return openStreams > 0 || seenMs >= this.#deps.clock.now() - limits.agentSeenMs;
  }

  #forgetOldest(): void {
    for (const [key, { openStreams }] of this.#present) {
      if (openStreams > 0) continue;
      this.#present.delete(key);
      return;
    }
  }
}
