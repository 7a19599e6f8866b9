import type { Executed } from '../../../shared/errors.ts';

/** What the agent got in the end. */
export type Outcome =
  /** The answer that belongs to the operation. */
  | { readonly kind: 'ok' }
  /** An error of the tool, which says whether it ran. */
  | { readonly kind: 'error'; readonly code: string; readonly executed: Executed }
  /** The agent went away before an answer came, or its connection did and it may not ask again. */
  | { readonly kind: 'left'; readonly why: string };

/** What no agent may see, at whatever moment. */
export interface Offence {
  readonly kind: 'protocol' | 'contradiction' | 'stalled' | 'stale';
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OperationOptions {
  readonly id: string;
  readonly agent: string;
  /** The last two are those of a server behind the bridge. */
  readonly tool: 'read_buffer' | 'open_file' | 'edit_buffer' | 'read' | 'write';
  /** Its agent names it by an idempotency key. */
  readonly keyed: boolean;
  /** Name of the window, or of the server behind the bridge, that it is for. */
  readonly target: string;
  /** Its call names that window, and not only a path in it. */
  readonly namesWindow: boolean;
  readonly startMs: number;
  readonly now: () => number;
}

/** One tool call as its agent means it, however often it is sent; with all that happened to it. */
export class Operation {
  readonly id: string;
  readonly agent: string;
  readonly tool: OperationOptions['tool'];
  readonly keyed: boolean;
  readonly target: string;
  readonly namesWindow: boolean;
  readonly startMs: number;
  readonly history: string[] = [];
  readonly offences: Offence[] = [];
  /** The agent itself has cancelled a request of it: that its outcome is not known then is no fault of ours. */
  cancelled = false;
  #now: () => number;
  #end: { readonly outcome: Outcome; readonly atMs: number } | undefined;

  constructor({ now, ...options }: OperationOptions) {
    this.#now = now;
    this.id = options.id;
    this.agent = options.agent;
    this.tool = options.tool;
    this.keyed = options.keyed;
    this.target = options.target;
    this.namesWindow = options.namesWindow;
    this.startMs = options.startMs;
  }

  get changes(): boolean {
    return this.tool !== 'read_buffer' && this.tool !== 'read';
  }

  /** Whether it is for a server behind the bridge. */
  get passesOn(): boolean {
    return this.tool === 'read' || this.tool === 'write';
  }

  get outcome(): Outcome | undefined {
    return this.#end?.outcome;
  }

  /** When it ended; for ever later while it has not. */
  get endMs(): number {
    return this.#end?.atMs ?? Number.POSITIVE_INFINITY;
  }

  note(text: string): void {
    this.history.push(`${this.#now().toFixed(0)} ${text}`);
  }

  offend(kind: Offence['kind'], text: string, fromMs = this.startMs): void {
    this.note(`OFFENCE ${kind}: ${text}`);
    this.offences.push({ kind, text, fromMs, toMs: this.#now() });
  }

  end(outcome: Outcome): void {
    this.note(`ends: ${JSON.stringify(outcome)}`);
    this.#end ??= { outcome, atMs: this.#now() };
  }
}
