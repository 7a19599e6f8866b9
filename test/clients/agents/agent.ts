import type { AgentEndpoint } from '../../../extension/ui/agent-config.ts';
import type { Installation } from '../install.ts';
import type { ModelServer } from '../model/model-server.ts';

/** How a client reaches the bridge. */
export type Way = 'HTTP' | 'shim';

/** A client at work. A call that the client reports as failed is an answer like any other: its text tells. */
export interface Agent {
  /** The names of our tools, as the client shows them to its model or its user. */
  list(): Promise<readonly string[]>;
  /** Calls `edit_buffer`; resolves with what the model or the user is shown. */
  call(input: object): Promise<string>;
  close(): Promise<void>;
}

export interface Place {
  readonly installation: Installation;
  readonly way: Way;
  readonly endpoint: AgentEndpoint;
  /** Empty at the start, and the client's alone. */
  readonly home: string;
  readonly folder: string;
  readonly model: ModelServer;
  /** Takes what the client prints. */
  readonly note: (text: string) => void;
}

export interface Client {
  readonly name: string;
  /** The npm package whose version is told. */
  readonly package: string;
  readonly ways: readonly Way[];
  /** What one process of the client lives through: all steps, or one. */
  readonly life: 'all steps' | 'one step';
  readonly open: (place: Place) => Promise<Agent>;
}
