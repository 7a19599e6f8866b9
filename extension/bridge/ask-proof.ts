import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { instanceProof } from '../../shared/proof.ts';
import { parseProofAnswer } from '../../shared/state-files.ts';
import { askLocal } from './local-http.ts';
import { hmac, newNonce, sameProof } from './proof-crypto.ts';

export interface AskProofDeps {
  readonly clock: Clock;
  readonly port: number;
  readonly secret: string;
  readonly signal: AbortSignal;
}

export type ProofOutcome =
  | { readonly kind: 'proven'; readonly instance: string; readonly version: string }
  /** `silent`: the connection was taken, and nothing came. */
  | { readonly kind: 'missing'; readonly reason: string; readonly silent?: true };

/** Asks whoever holds the port for its proof. Shows it nothing but a nonce. Never rejects. */
export async function askProof({ clock, port, secret, signal }: AskProofDeps): Promise<ProofOutcome> {
  const nonce = newNonce();
  const path = `/proof?nonce=${nonce}`;
  const got = await askLocal({ clock, port, method: 'GET', path, timeoutMs: limits.proofMs, signal });
  switch (got.kind) {
    case 'given_up':
      return { kind: 'missing', reason: 'given up' };
    case 'silent':
      return { kind: 'missing', reason: `whoever holds port ${port} does not answer`, silent: true };
    case 'nobody':
      return { kind: 'missing', reason: `no bridge runs (nothing answers on port ${port})` };
    case 'garbled':
      return held(port);
    case 'answer': {
      const answer = got.status === 200 ? parseProofAnswer(got.text) : undefined;
      if (answer === undefined || !sameProof(answer.proof, instanceProof(hmac, secret, nonce, port, answer.instance))) {
        return held(port);
      }
      return { kind: 'proven', instance: answer.instance, version: answer.version };
    }
  }
}

function held(port: number): ProofOutcome {
  return { kind: 'missing', reason: `port ${port} is held by something else` };
}
