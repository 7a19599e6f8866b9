import { createHash } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import type { HoldfastError } from '../../shared/errors.ts';
import { Emitter } from '../../shared/events.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import {
  approvalDenied,
  approvalExpired,
  approvalPending,
  cancelledUnasked,
  tooManyQuestions,
} from './approval-errors.ts';

/** A text that would change. */
export interface ShownChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What the person is asked about. An answer is good for exactly this. */
export interface ApprovalRequest {
  /** What would be done, in one line. */
  readonly what: string;
  /** Why it is asked, and what of it cannot be shown, in a sentence or two. */
  readonly why: string;
  /** The call's whole input, in lines, where its effect cannot be shown. */
  readonly input?: string;
  /** Empty where nothing can be shown. */
  readonly changes: readonly ShownChange[];
}

export interface Asker {
  readonly tool: string;
  /** Stands for tool and input: the same for a repeated call. */
  readonly call: string;
  /** Without a token id it is nobody whom something could be allowed for longer than one call. */
  readonly agent: { readonly name: string; readonly version: string; readonly tokenId?: string | undefined };
}

export interface AskOptions {
  /** A call may be asked about before it runs and again when its changes are known: two questions, with two answers. */
  readonly stage: 'kind' | 'change';
  /** What "for this session" would allow; undefined where each call is asked for. */
  readonly grant: string | undefined;
  readonly signal: AbortSignal;
  /** How long the call may wait for the answer before it ends as `approval_pending`, in milliseconds. */
  readonly waitMs: number;
  /** Called when the person has to be waited for. */
  readonly waits: () => void;
}

/** A question that stands. Whoever holds the object may answer it: no agent can name it. */
export interface Question {
  /** The pending id. */
  readonly id: string;
  readonly tool: string;
  readonly agent: { readonly name: string; readonly version: string };
  readonly request: ApprovalRequest;
  /** Whether it may be allowed for the session. */
  readonly lasting: boolean;
  /** An earlier question of the same call was answered or stood, and what would happen has changed since. */
  readonly again: boolean;
}

export type Answer =
  | { readonly kind: 'once' }
  | { readonly kind: 'session' }
  | { readonly kind: 'deny'; readonly comment?: string };

/** What the person allowed, for one run. */
export interface Allowance {
  /** The call ended as pending, because it needs another answer: keeps this one for the repeated call, once. */
  readonly giveBack: () => void;
}

type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly error: HoldfastError };

interface Open {
  readonly kind: 'open';
  readonly waiting: Set<(verdict: Verdict) => void>;
  /** A call has gone with the pending id and may come back. */
  polled: boolean;
}

/** Answered while nobody waited, or given back: kept for the repeated call, once. */
interface Answered {
  readonly kind: 'answered';
  readonly verdict: Verdict;
}

interface Entry {
  readonly key: string;
  readonly question: Question;
  readonly subject: string;
  readonly grant: string | undefined;
  state: Open | Answered;
  expiry: Disposable;
}

export interface ApprovalsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Names a question; unguessable ids are not needed, because an id answers nothing. */
  readonly newId: () => string;
}

/**
 * The questions to the person: asked once for any number of identical calls, answered in the window and nowhere else, and
 * given up as a no when nobody answers. Grants last as long as the window.
 */
export class Approvals implements Disposable {
  readonly #deps: ApprovalsDeps;
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #entries = new Map<string, Entry>();
  readonly #grants = new Set<string>();

  /** A question came or went. */
  readonly onDidChange = this.#changes.event;

  constructor(deps: ApprovalsDeps) {
    this.#deps = deps;
  }

  /** Those that wait for the person, oldest first. */
  get questions(): readonly Question[] {
    return [...this.#entries.values()].filter(({ state }) => state.kind === 'open').map(({ question }) => question);
  }

  /**
   * Resolves when the person allows it, with what they allowed.
   *
   * @throws HoldfastError `approval_pending`, `approval_denied`, `cancelled`, `busy`; nothing was done in each case
   */
  ask(asker: Asker, request: ApprovalRequest, options: AskOptions): Promise<Allowance> {
    const { tokenId } = asker.agent;
    const grant = options.grant === undefined || tokenId === undefined ? undefined : `${tokenId} ${options.grant}`;
    if (grant !== undefined && this.#grants.has(grant)) return Promise.resolve({ giveBack: () => {} });
    const key = digest([tokenId ?? null, asker.call, options.stage, options.grant === undefined ? 'each' : 'grant']);
    const subject = subjectOf(request);
    const known = this.#entries.get(key);
    if (known?.state.kind === 'answered') {
      this.#remove(known);
      const { verdict } = known.state;
      if (!verdict.allowed) return Promise.reject(verdict.error);
      if (known.subject === subject) return Promise.resolve(this.#allowance(known));
    }
    if (known?.state.kind === 'open' && known.subject === subject) return this.#wait(known, known.state, options);
    const entry = this.#open(asker, request, { key, subject, grant, again: known !== undefined });
    if (entry === undefined) return Promise.reject(tooManyQuestions(asker.tool));
    if (known !== undefined) this.#replaced(known, entry.question.id);
    return this.#wait(entry, entry.state, options);
  }

  /** @returns false when the question does not stand any more */
  answer(question: Question, answer: Answer): boolean {
    const entry = [...this.#entries.values()].find((each) => each.question === question);
    if (entry?.state.kind !== 'open') return false;
    const { tool, id } = question;
    this.#deps.log.info(`question ${id} about ${tool}: ${answer.kind}`);
    if (answer.kind === 'deny') {
      this.#settle(entry, { allowed: false, error: approvalDenied(tool, answer.comment) });
      return true;
    }
    const { grant } = entry;
    this.#settle(entry, { allowed: true });
    if (answer.kind === 'session' && grant !== undefined) {
      this.#grants.add(grant);
      for (const other of this.#entries.values()) if (other.grant === grant) this.#settle(other, { allowed: true });
    }
    return true;
  }

  #open(
    { tool, agent }: Asker,
    request: ApprovalRequest,
    of: { readonly key: string; readonly subject: string; readonly grant: string | undefined; readonly again: boolean },
  ): (Entry & { readonly state: Open }) | undefined {
    if (!this.#hasRoom()) return undefined;
    const { key, subject, grant, again } = of;
    const { clock, log, newId } = this.#deps;
    const { name, version } = agent;
    const question = { id: newId(), tool, agent: { name, version }, request, lasting: grant !== undefined, again };
    const state: Open = { kind: 'open', waiting: new Set(), polled: false };
    const expiry = clock.after(limits.approvalExpiryMs, () => this.#expire(entry));
    const entry = { key, question, subject, grant, state, expiry };
    const replaced = this.#entries.get(key);
    replaced?.expiry.dispose();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    log.info(`question ${question.id} about ${tool} for ${name}`);
    this.#changes.fire();
    return entry;
  }

  /** Answers that nobody fetches make room for new questions; questions do not. */
  #hasRoom(): boolean {
    if (this.#entries.size < limits.approvalsMax) return true;
    const unfetched = [...this.#entries.values()].find(({ state }) => state.kind === 'answered');
    if (unfetched !== undefined) this.#remove(unfetched);
    return unfetched !== undefined;
  }

  #wait(entry: Entry, state: Open, { signal, waitMs, waits }: AskOptions): Promise<Allowance> {
    const { question } = entry;
    const { tool, id } = question;
    if (signal.aborted) return Promise.reject(cancelledUnasked(tool));
    waits();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        state.waiting.delete(hear);
        timer.dispose();
        signal.removeEventListener('abort', stopped);
      };
      const hear = (verdict: Verdict): void => {
        leave();
        if (verdict.allowed) resolve(this.#allowance(entry));
        else reject(verdict.error);
      };
      const stopped = (): void => {
        leave();
        if (state.waiting.size === 0 && !state.polled && this.#entries.get(entry.key) === entry) this.#remove(entry);
        reject(cancelledUnasked(tool));
      };
      const timer = this.#deps.clock.after(waitMs, () => {
        leave();
        state.polled = true;
        reject(approvalPending(tool, id));
      });
      signal.addEventListener('abort', stopped);
      state.waiting.add(hear);
    });
  }

  /** Another change is asked about now: whoever waited for the old one comes back with its new state. */
  #replaced({ state, question }: Entry, newId: string): void {
    if (state.kind !== 'open') return;
    const error = approvalPending(question.tool, newId);
    for (const hear of [...state.waiting]) hear({ allowed: false, error });
  }

  #settle(entry: Entry, verdict: Verdict): void {
    const { state } = entry;
    if (state.kind !== 'open') return;
    entry.expiry.dispose();
    if (state.waiting.size > 0) {
      this.#entries.delete(entry.key);
      for (const hear of [...state.waiting]) hear(verdict);
    } else {
      this.#keep(entry, verdict, limits.approvalKeepMs);
    }
    this.#changes.fire();
  }

  #keep(entry: Entry, verdict: Verdict, keepMs: number): void {
    entry.state = { kind: 'answered', verdict };
    entry.expiry = this.#deps.clock.after(keepMs, () => this.#remove(entry));
  }

  #allowance(entry: Entry): Allowance {
    return {
      giveBack: () => {
        // An identical call asks about the same by now, or has given the same answer back.
        if (this.#store.disposed || this.#entries.has(entry.key) || !this.#hasRoom()) return;
        this.#entries.set(entry.key, entry);
        // As long as the call's other question may stand, and its answer be kept.
        this.#keep(entry, { allowed: true }, limits.approvalExpiryMs + limits.approvalKeepMs);
      },
    };
  }

  #expire(entry: Entry): void {
    const { tool, id } = entry.question;
    this.#deps.log.info(`question ${id} about ${tool} was not answered`);
    this.#settle(entry, { allowed: false, error: approvalExpired(tool) });
  }

  #remove(entry: Entry): void {
    entry.expiry.dispose();
    this.#entries.delete(entry.key);
    this.#changes.fire();
  }

  dispose(): void {
    this.#store.dispose();
    for (const { expiry, state, question } of this.#entries.values()) {
      expiry.dispose();
      if (state.kind !== 'open') continue;
      const error = cancelledUnasked(question.tool);
      for (const hear of [...state.waiting]) hear({ allowed: false, error });
    }
    this.#entries.clear();
  }
}

/** Equal for requests that ask about the same. */
export function subjectOf({ what, changes }: ApprovalRequest): string {
  return digest([what, ...changes.flatMap(({ path, before, after }) => [path, before, after])]);
}

function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
