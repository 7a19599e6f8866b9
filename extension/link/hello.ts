import { type Hello, linkVersion, type WindowInfo } from '../../shared/protocol.ts';
import type { JournalSummary } from './journal.ts';

/** Who this window is to the bridge. */
export interface EditorIdentity {
  /** Kept over reloads. */
  readonly editorId: string;
  /** One life of the extension host. */
  readonly epoch: string;
  /** Takes and keeps a new `editorId`: another living window has the old one. */
  renew(): void;
}

export interface HelloDeps {
  readonly identity: EditorIdentity;
  readonly extensionVersion: string;
  readonly describeWindow: () => WindowInfo;
  /** Names of the tools that this window serves. */
  readonly toolNames: readonly string[];
  readonly journal: () => JournalSummary;
}

/** The first message of a link, as things stand now. */
export function createHello(deps: HelloDeps, proof: string): Hello {
  const { identity, extensionVersion } = deps;
  const { ids, gapMs } = deps.journal();
  return {
    type: 'hello',
    version: linkVersion,
    proof,
    editorId: identity.editorId,
    epoch: identity.epoch,
    extensionVersion,
    window: deps.describeWindow(),
    tools: [...deps.toolNames],
    journal: [...ids],
    journalGapMs: gapMs,
  };
}
