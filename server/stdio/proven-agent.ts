import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { instanceProof } from '../../shared/proof.ts';
import { parseProofAnswer } from '../../shared/state-files.ts';
import { constantTimeEqual, hmacSha256 } from '../crypto.ts';

export interface ProvenAgentDeps {
  readonly port: number;
  readonly instance: string;
  /** The editor secret: never sent. */
  readonly secret: string;
  readonly nonce: () => string;
  readonly clock: Clock;
}

/** Whole answers of a bridge are far smaller; a stranger may send anything. */
const maxAnswerBytes = 8_192;

/**
 * Connections to one bridge instance, each of which has proven itself before the first request goes out on it: whoever
 * takes over the port of a bridge that died gets a nonce to see and never the token.
 */
export class ProvenAgent extends Agent {
  readonly #deps: ProvenAgentDeps;

  constructor(deps: ProvenAgentDeps) {
    super({ keepAlive: true, noDelay: true });
    this.#deps = deps;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    const { port } = this.#deps;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#prove(socket).then(
      () => done?.(null, socket),
      (error: unknown) => {
        socket.destroy();
        done?.(error instanceof Error ? error : new Error(String(error)), socket);
      },
    );
    return undefined;
  }

  #prove(socket: Socket): Promise<void> {
    const { port, instance, secret, nonce, clock } = this.#deps;
    const fresh = nonce();
    return new Promise((resolve, reject) => {
      let answer = Buffer.alloc(0);
      const settle = (problem: Error | undefined) => {
        timer.dispose();
        socket.off('data', read).off('error', settle).off('close', closed);
        if (problem === undefined) resolve();
        else reject(problem);
      };
      const closed = () => settle(new Error(`port ${port} closed the connection without a proof`));
      const read = (chunk: Buffer) => {
        answer = Buffer.concat([answer, chunk]);
        const body = wholeBody(answer);
        if (body === undefined) {
          if (answer.length > maxAnswerBytes) settle(stranger(port));
          return;
        }
        const shown = parseProofAnswer(body);
        const expected = instanceProof(hmacSha256, secret, fresh, port, instance);
        const proven = shown?.instance === instance && constantTimeEqual(expected, shown.proof);
        settle(proven ? undefined : stranger(port));
      };
      const timer = clock.after(limits.proofMs, () => settle(new Error(`whoever holds port ${port} does not answer`)));
      socket.on('data', read).once('error', settle).once('close', closed);
      socket.write(`GET /proof?nonce=${fresh} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    });
  }
}

/** The body of a finished 200 with a length; undefined while there is none (yet). */
function wholeBody(answer: Buffer): string | undefined {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = answer.toString('latin1', 0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  const body = answer.subarray(headEnd + 4);
  return head.startsWith('HTTP/1.1 200 ') && body.length === length ? body.toString('utf8') : undefined;
}

function stranger(port: number): Error {
  return new Error(`port ${port} is held by another program than the bridge`);
}
