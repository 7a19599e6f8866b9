import { createHash } from 'node:crypto';
import { limits } from '../../shared/limits.ts';
import { type UpstreamConfig, upstreamKey } from '../../shared/upstream-config.ts';

const decisions = ['allowed', 'denied'] as const;
export type Decision = (typeof decisions)[number];

/** What VS Code keeps for the extension beside the workspace, where no workspace can write. */
export interface ConsentState {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const stateKey = 'serverConsents';

/** Stands for one server exactly as it would run: any change of it is another one. */
export function consentKey(name: string, config: UpstreamConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([name, upstreamKey(config)]))
    .digest('base64url');
}

/** The person's answers about servers of this workspace, for good. */
export class Consents {
  readonly #state: ConsentState;
  /** Newest last. */
  #decisions: ReadonlyMap<string, Decision>;

  constructor(state: ConsentState) {
    this.#state = state;
    this.#decisions = readDecisions(state.get(stateKey));
  }

  get(key: string): Decision | undefined {
    return this.#decisions.get(key);
  }

  /** @param decision undefined forgets the answer */
  set(key: string, decision: Decision | undefined): void {
    const others = [...this.#decisions].filter(([known]) => known !== key);
    const all = decision === undefined ? others : [...others, [key, decision] as const];
    this.#decisions = new Map(all.slice(-limits.serverConsentsMax));
    void this.#state.update(stateKey, Object.fromEntries(this.#decisions));
  }
}

/** What cannot be understood was no yes. */
function readDecisions(value: unknown): ReadonlyMap<string, Decision> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, given]) => {
      const decision = decisions.find((each) => each === given);
      return decision === undefined ? [] : [[key, decision]];
    }),
  );
}
