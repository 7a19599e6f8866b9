import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { handoverProof } from '../../shared/proof.ts';
import { handoverRequest, parseHandoverAnswer } from '../../shared/state-files.ts';
import type { ProvenBridge, ReplaceOutcome } from '../link/bridge-source.ts';
import { askLocal } from './local-http.ts';
import { hmac } from './proof-crypto.ts';

export interface AskHandoverDeps {
  readonly clock: Clock;
  readonly bridge: ProvenBridge;
  /** Installed in the state directory. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Asks a bridge to start that version and hand its port over. Never rejects. */
export async function askHandover({ clock, bridge, version, signal }: AskHandoverDeps): Promise<ReplaceOutcome> {
  const { port, secret, instance } = bridge;
  const { path, versionParameter, proofHeader } = handoverRequest;
  const got = await askLocal({
    clock,
    port,
    method: 'POST',
    path: `${path}?${versionParameter}=${encodeURIComponent(version)}`,
    headers: { [proofHeader]: handoverProof(hmac, secret, port, instance, version), 'content-length': 0 },
    timeoutMs: limits.replaceMs,
    signal,
  });
  if (got.kind !== 'answer') return { kind: 'busy', reason: 'the older bridge did not answer' };
  // Bridges of the first link version have no such path.
  if (got.status === 404) return { kind: 'unable' };
  const answer = parseHandoverAnswer(got.text);
  switch (answer?.outcome) {
    case 'replaced':
      return { kind: 'replaced' };
    case 'declined':
      return { kind: 'busy', reason: answer.reason };
    case 'failed': {
      const { reason, detail } = answer;
      return { kind: 'failed', reason, ...(detail === undefined ? {} : { detail }) };
    }
    case undefined:
      return { kind: 'failed', reason: `the older bridge answered ${got.status} to the handover` };
  }
}
