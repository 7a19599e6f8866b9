import { ShimProcess } from '../../support/shim-process.ts';
import { killAndWait } from '../scene/signals.ts';
import type { Operation } from '../soak/operation.ts';
import { readResult } from './answer.ts';
import type { ToolRequest } from './conversation.ts';

export interface ShimAgentDeps {
  readonly stateDir: string;
  readonly now: () => number;
  /** An answer that takes longer is told. */
  readonly slowMs: number;
}

/** An agent on `holdfast stdio`. It repeats nothing itself: that is the shim's work, and its promise. */
export class ShimAgent {
  readonly #deps: ShimAgentDeps;
  readonly #operations = new Set<Operation>();
  #shim: Promise<ShimProcess> | undefined;

  constructor(deps: ShimAgentDeps) {
    this.#deps = deps;
  }

  async run(operation: Operation, { name, arguments: input }: Pick<ToolRequest, 'name' | 'arguments'>): Promise<void> {
    const { now, slowMs } = this.#deps;
    const shim = await (this.#shim ??= this.#begin(operation));
    const fromMs = now();
    this.#operations.add(operation);
    const answer = await Promise.race([shim.call(name, input), shim.exited]);
    this.#operations.delete(operation);
    if ('code' in answer) return operation.end({ kind: 'left', why: 'the shim has ended' });
    operation.note(JSON.stringify(answer).slice(0, 600));
    if (now() - fromMs > slowMs) operation.offend('stalled', `answered after ${Math.round(now() - fromMs)} ms`, fromMs);
    const told = readResult(answer.result);
    if (told?.kind === 'ok') {
      if (told.op !== operation.id) operation.offend('protocol', `the answer belongs to ${told.op}`);
      return operation.end({ kind: 'ok' });
    }
    if (told?.kind === 'error') return operation.end({ kind: 'error', code: told.code, executed: told.executed });
    operation.offend('protocol', JSON.stringify(answer).slice(0, 600));
    operation.end({ kind: 'left', why: 'a protocol error' });
  }

  /** SIGKILL, in the midst of whatever it does; the next operation starts another one. */
  async kill(): Promise<void> {
    const shim = await this.#shim;
    this.#shim = undefined;
    for (const operation of this.#operations) operation.cancelled = true;
    if (shim?.child.pid !== undefined) await killAndWait(shim.child.pid);
  }

  async dispose(): Promise<void> {
    await this.kill();
  }

  async #begin(operation: Operation): Promise<ShimProcess> {
    const shim = new ShimProcess({ stateDir: this.#deps.stateDir });
    const answer = await Promise.race([shim.initialize(), shim.exited]);
    if ('error' in answer || 'code' in answer) operation.offend('protocol', `initialize: ${JSON.stringify(answer)}`);
    return shim;
  }
}
