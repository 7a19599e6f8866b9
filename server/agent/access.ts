import type { IncomingMessage } from 'node:http';
import { constantTimeEqual } from '../crypto.ts';
import type { Refusal } from './http-answers.ts';

export interface Access {
  /** Host and Origin: for every request and upgrade. */
  checkSource(req: IncomingMessage): Refusal | undefined;
  /** The bearer: for everything that an agent may ask. */
  checkBearer(req: IncomingMessage): Refusal | undefined;
}

/**
 * Decides from the request's head alone, before a byte of its body is read, whether it may go on. An exact Host defeats
 * DNS rebinding; no web page's Origin is ever the bridge's own, so pages in the person's browser stay out.
 */
export function createAccess({ port, token }: { readonly port: number; readonly token: string }): Access {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const bearer = Buffer.from(token);
  const origins = new Set([...hosts].map((host) => `http://${host}`));

  return {
    checkSource({ headers: { host, origin } }) {
      if (host === undefined || !hosts.has(host.toLowerCase())) {
        return { status: 403, message: `Forbidden: the Host header must be 127.0.0.1:${port} or localhost:${port}` };
      }
      if (origin !== undefined && !origins.has(origin)) {
        return { status: 403, message: 'Forbidden: requests from web pages are not accepted (Origin header)' };
      }
      return undefined;
    },

    checkBearer({ headers: { authorization } }) {
      const given = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
      if (given !== undefined && constantTimeEqual(bearer, given)) return undefined;
      const problem = given === undefined ? 'no bearer token was sent' : 'the bearer token is not the right one';
      return {
        status: 401,
        message:
          `Unauthorized: ${problem}. Send "Authorization: Bearer <token>"; the token is the content of the file "token" ` +
          'in the Holdfast state directory (HOLDFAST_STATE_DIR, else ~/.holdfast).',
        headers: {
          'www-authenticate':
            given === undefined ? 'Bearer realm="holdfast"' : 'Bearer realm="holdfast", error="invalid_token"',
        },
      };
    },
  };
}
