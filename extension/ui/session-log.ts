import type { Log } from '../../shared/log.ts';
import type { StatusMessage } from '../../shared/protocol.ts';

/** Writes what the bridge tells of agents' sessions into the window's log, each event once. */
export class SessionLog {
  readonly #log: Pick<Log, 'info'>;
  #told: { readonly instance: string; readonly number: number } | undefined;

  constructor(log: Pick<Log, 'info'>) {
    this.#log = log;
  }

  /** @param instance the bridge that says so: each bridge counts its events from the start */
  take({ sessionEvents = [] }: Pick<StatusMessage, 'sessionEvents'>, instance: string): void {
    const told = this.#told?.instance === instance ? this.#told.number : 0;
    for (const { number, text } of sessionEvents) if (number > told) this.#log.info(text);
    this.#told = { instance, number: Math.max(told, sessionEvents.at(-1)?.number ?? 0) };
  }
}
