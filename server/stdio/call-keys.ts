import { agentHeaders } from '../../shared/agent-headers.ts';
import { limits } from '../../shared/limits.ts';

/** Keys of the tool calls of this process, and which of their answers the agent has. */
export class CallKeys {
  readonly #prefix: string;
  readonly #delivered: string[] = [];
  #count = 0;

  /** @param prefix random, so that no other process mints the same keys */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  mint(): string {
    this.#count += 1;
    return `${this.#prefix}-${this.#count}`;
  }

  /** The answer under this key is in the agent's pipe. */
  delivered(key: string): void {
    this.#delivered.push(key);
    // The journal forgets by age what nobody acknowledges.
    if (this.#delivered.length > limits.ackMaxKeys) this.#delivered.shift();
  }

  /** Headers of one tools/call; they take along what was delivered since the last one. */
  headers(key: string, repeat: boolean): Readonly<Record<string, string>> {
    const delivered = this.#delivered.splice(0);
    return {
      [agentHeaders.key]: key,
      ...(repeat ? { [agentHeaders.repeat]: '1' } : {}),
      ...(delivered.length === 0 ? {} : { [agentHeaders.ack]: delivered.join(', ') }),
    };
  }
}
