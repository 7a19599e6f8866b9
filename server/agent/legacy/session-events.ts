import type { Clock } from '../../../shared/clock.ts';
import { limits } from '../../../shared/limits.ts';
import type { Log } from '../../../shared/log.ts';
import type { StatusMessage } from '../../../shared/protocol.ts';
import type { ClientInfo } from '../client-info.ts';
import type { StaleDetail } from './stale-session.ts';

export type SessionEvent =
  /** Answered 404. */
  | { readonly kind: 'stale'; readonly detail: StaleDetail; readonly client: ClientInfo }
  /** A stale id served in a fresh session. */
  | { readonly kind: 'healed'; readonly detail: StaleDetail; readonly client: ClientInfo }
  /** Back in memory from its id. */
  | { readonly kind: 'rehydrated'; readonly client: ClientInfo };

type ToldEvent = NonNullable<StatusMessage['sessionEvents']>[number];

interface Told {
  readonly atMs: number;
  untold: number;
}

/** Counts what became of sessions, and tells of it in the log and to the windows without repeating itself. */
export class SessionEvents {
  readonly #deps: { readonly clock: Clock; readonly log: Pick<Log, 'info'> };
  readonly #counters = { stale: 0, healed: 0, rehydrated: 0 };
  readonly #lately = new Map<string, Told>();
  #recent: readonly ToldEvent[] = [];
  #number = 0;

  constructor(deps: { readonly clock: Clock; readonly log: Pick<Log, 'info'> }) {
    this.#deps = deps;
  }

  get status(): { readonly counters: StatusMessage['counters']; readonly sessionEvents: ToldEvent[] } {
    return { counters: { ...this.#counters }, sessionEvents: [...this.#recent] };
  }

  add(event: SessionEvent): void {
    const { clock, log } = this.#deps;
    this.#counters[event.kind]++;
    const plain = describe(event);
    const last = this.#lately.get(plain);
    if (last !== undefined && clock.now() < last.atMs + limits.sessionEventMs) {
      last.untold++;
      return;
    }
    this.#remember(plain);
    const text = last === undefined || last.untold === 0 ? plain : `${plain} (${last.untold} more times before)`;
    log.info(text);
    this.#number++;
    const told = { number: this.#number, kind: event.kind, text, atMs: clock.wallMs() };
    this.#recent = [...this.#recent, told].slice(-limits.sessionEventsMax);
  }

  #remember(text: string): void {
    this.#lately.delete(text);
    this.#lately.set(text, { atMs: this.#deps.clock.now(), untold: 0 });
    const [oldest] = this.#lately.keys();
    if (this.#lately.size > limits.agentsSeenMax && oldest !== undefined) this.#lately.delete(oldest);
  }
}

function describe(event: SessionEvent): string {
  const agent = `${event.client.name} ${event.client.version}`;
  switch (event.kind) {
    case 'stale':
      return `the session id of ${agent} is stale (${event.detail}): told it to initialize again`;
    case 'healed':
      return `${agent} went on with a stale session id (${event.detail}): served it in a fresh session`;
    case 'rehydrated':
      return `${agent} is back in its session`;
  }
}
