import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';

export interface LocalRequest {
  readonly clock: Clock;
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `nobody`: nothing listens. `silent`: something takes the connection and says nothing. `garbled`: it speaks no HTTP. */
export type LocalAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
  | { readonly kind: 'nobody' | 'silent' | 'garbled' | 'given_up' };

/** Whole answers of a bridge to its windows are far smaller; a stranger may send anything. */
const maxAnswerChars = 32_768;

/** One request to a port of this machine, on a connection of its own. Never rejects. */
export function askLocal(wanted: LocalRequest): Promise<LocalAnswer> {
  const { clock, port, method, path, headers = {}, timeoutMs, signal } = wanted;
  return new Promise((resolve) => {
    const settle = (answer: LocalAnswer) => {
      timer.dispose();
      signal.removeEventListener('abort', abort);
      resolve(answer);
      sent.destroy();
    };
    const abort = () => settle({ kind: 'given_up' });
    const timer = clock.after(timeoutMs, () => settle({ kind: 'silent' }));
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > maxAnswerChars) settle({ kind: 'garbled' });
      });
      response.on('end', () =>
        settle({ kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', () => settle({ kind: 'garbled' }));
    });
    sent.on('error', (error) => {
      // Nobody there is told apart from somebody who speaks no HTTP.
      const code = errorCode(error);
      settle({ kind: code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'nobody' : 'garbled' });
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else sent.end();
  });
}
