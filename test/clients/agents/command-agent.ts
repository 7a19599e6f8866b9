import type { Agent, Place } from './agent.ts';
import { type ClientCommand, runClient } from './client-process.ts';

export interface CommandAgentOptions {
  readonly place: Place;
  /** Prints the tools as JSON that names each by `"name"`. */
  readonly list: ClientCommand;
  readonly call: (input: object) => ClientCommand;
  readonly close?: () => Promise<void>;
}

/** A client whose user types one command for each step. */
export class CommandAgent implements Agent {
  readonly #options: CommandAgentOptions;

  constructor(options: CommandAgentOptions) {
    this.#options = options;
  }

  async list(): Promise<readonly string[]> {
    const printed = await runClient(this.#options.list, this.#options.place);
    return [...printed.matchAll(/"name": ?"(\w+)"/g)].map(([, name = '']) => name);
  }

  call(input: object): Promise<string> {
    return runClient(this.#options.call(input), this.#options.place);
  }

  async close(): Promise<void> {
    await this.#options.close?.();
  }
}
