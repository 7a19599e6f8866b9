/** What a run of one client found: written by the scenario, read by the verdict and the page. */
import type { Way } from './agents/agent.ts';

/** The calls, in their order. Each is a change, so that one that runs twice or not at all is seen. */
export const callSteps = [
  /** As soon as the client is connected. */
  'first',
  /** After kill -9 of the bridge and its restart. */
  'restarted',
  /** After another restart, in a new state directory. */
  'replaced',
  'replaced again',
  /** While the window's extension host is away: killed, and starting again. */
  'reloaded',
  /** The bridge is killed when the change is made and not yet answered. */
  'interrupted',
  'afterwards',
] as const;
export type CallStep = (typeof callSteps)[number];

/** What became of the client's session, as the bridge tells it. */
export type Comeback = 'session kept' | 'new session' | 'healed';

export interface CallOutcome {
  readonly outcome: 'ok' | 'failed' | 'hung';
  /** How often the change was made in the window. */
  readonly effects: number;
  readonly ms: number;
  /** Undefined when nothing had to become of it. */
  readonly comeback: Comeback | undefined;
  /** What the model or the user was shown, or why there was nothing. */
  readonly text: string;
}

export interface ClientRun {
  readonly client: string;
  readonly version: string;
  readonly way: Way;
  readonly life: 'all steps' | 'one step';
  /** The version of MCP; undefined for the era without sessions. */
  readonly sessionVersion: string | undefined;
  /** Our tools, as the client names them. */
  readonly tools: readonly string[];
  readonly calls: Readonly<Partial<Record<CallStep, CallOutcome>>>;
  /** Why the run could not go on. */
  readonly problem: string | undefined;
}
