import { get } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { instanceProof } from '../../shared/proof.ts';
import { parseProofAnswer } from '../../shared/state-files.ts';
import { hmac, newNonce, sameProof } from './proof-crypto.ts';

export interface AskProofDeps {
  readonly clock: Clock;
  readonly port: number;
  readonly secret: string;
  readonly signal: AbortSignal;
}

export type ProofOutcome =
  | { readonly kind: 'proven'; readonly instance: string; readonly version: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** Whole answers of a bridge are far smaller; a stranger may send anything. */
const maxAnswerChars = 4_096;

/** Asks whoever holds the port for its proof. Shows it nothing but a nonce. Never rejects. */
export async function askProof({ clock, port, secret, signal }: AskProofDeps): Promise<ProofOutcome> {
  const nonce = newNonce();
  const text = await fetchText({ clock, port, path: `/proof?nonce=${nonce}`, signal });
  if (typeof text !== 'string') return { kind: 'missing', reason: text.problem };
  const answer = parseProofAnswer(text);
  if (answer === undefined || !sameProof(answer.proof, instanceProof(hmac, secret, nonce, port, answer.instance))) {
    return { kind: 'missing', reason: held(port) };
  }
  return { kind: 'proven', instance: answer.instance, version: answer.version };
}

function held(port: number): string {
  return `port ${port} is held by something else`;
}

type FetchDeps = Omit<AskProofDeps, 'secret'> & { readonly path: string };

function fetchText({ clock, port, path, signal }: FetchDeps): Promise<string | { readonly problem: string }> {
  return new Promise((resolve) => {
    const settle = (result: string | { readonly problem: string }) => {
      timer.dispose();
      signal.removeEventListener('abort', abort);
      resolve(result);
      request.destroy();
    };
    const abort = () => settle({ problem: 'given up' });
    const timer = clock.after(limits.proofMs, () => settle({ problem: `whoever holds port ${port} does not answer` }));
    const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > maxAnswerChars) settle({ problem: held(port) });
      });
      response.on('end', () => settle(response.statusCode === 200 ? text : { problem: held(port) }));
      response.on('error', () => settle({ problem: held(port) }));
    });
    request.on('error', (error) => {
      // Nobody there is told apart from somebody who speaks no HTTP.
      const code = errorCode(error);
      const nobody = code === 'ECONNREFUSED' || code === 'ECONNRESET';
      settle({ problem: nobody ? `no bridge runs (nothing answers on port ${port})` : held(port) });
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
