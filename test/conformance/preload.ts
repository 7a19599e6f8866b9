/**
 * Loaded into the suite's process, which cannot send a token by itself: adds it to each request for the server under
 * test. Node's own fetch and the undici that the suite brings along publish on one channel, `http.request` on another.
 */
import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';

const { HOLDFAST_TEST_ORIGIN: origin = '', HOLDFAST_TEST_TOKEN: token = '' } = process.env;
const authorization = `Bearer ${token}`;

interface UndiciRequest {
  readonly origin: unknown;
  addHeader(name: string, value: string): void;
}

function isUndici(message: unknown): message is { readonly request: UndiciRequest } {
  return typeof message === 'object' && message !== null && 'request' in message;
}

subscribe('undici:request:create', (message) => {
  if (isUndici(message) && String(message.request.origin) === origin) {
    message.request.addHeader('authorization', authorization);
  }
});

subscribe('http.client.request.created', (message) => {
  const request = typeof message === 'object' && message !== null && 'request' in message ? message.request : undefined;
  if (!(request instanceof ClientRequest)) return;
  if (`${request.protocol}//${String(request.getHeader('host'))}` === origin) {
    request.setHeader('authorization', authorization);
  }
});
