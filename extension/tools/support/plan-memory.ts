/** Changes that were shown to agents and may be applied by their id, each at most once. */
import { HoldfastError } from '../../../shared/errors.ts';
import { CursorMemory } from './cursor-memory.ts';

type Kept<T> = { readonly kind: 'open'; readonly plan: T } | { readonly kind: 'used' };

export class PlanMemory<T> {
  readonly #kept: CursorMemory<{ state: Kept<T> }>;

  /** @param prefix tells the plans of this tool and life of the window from others */
  constructor(deps: { readonly max: number; readonly prefix: string }) {
    this.#kept = new CursorMemory(deps);
  }

  add(plan: T): string {
    return this.#kept.add({ state: { kind: 'open', plan } });
  }

  /** @throws HoldfastError `not_found`; `invalid_input` for one that was used */
  get(id: string): T {
    return this.#open(id).plan;
  }

  /** Gives the plan out for the last time. */
  take(id: string): T {
    const { plan, used } = this.#open(id);
    used();
    return plan;
  }

  /** Puts another plan in the place of an open one. */
  replace(id: string, plan: T): void {
    const kept = this.#kept.get(id);
    if (kept?.state.kind === 'open') kept.state = { kind: 'open', plan };
  }

  #open(id: string): { readonly plan: T; readonly used: () => void } {
    const kept = this.#kept.get(id);
    if (kept === undefined) {
      throw new HoldfastError('not_found', `There is no plan ${id} (any more).`, {
        hint: 'Preview or list again, in the same window: a reload forgets plans, and so do many newer ones.',
      });
    }
    const { state } = kept;
    if (state.kind === 'used') {
      throw new HoldfastError('invalid_input', `Plan ${id} was applied already, or applying it was tried.`, {
        hint: 'Read the buffers to see the result; preview again to change more.',
      });
    }
    return { plan: state.plan, used: () => (kept.state = { kind: 'used' }) };
  }
}
