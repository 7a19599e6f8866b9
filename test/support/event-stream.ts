import { request } from 'node:http';
import { eventually } from './eventually.ts';
import { type ModernMessage, modernBody, modernHeaders } from './modern-http.ts';
import { type McpEndpoint, mcpHeaders } from './raw-http.ts';

/** The answer to a modern request as its events come in. */
export interface EventStream {
  readonly status: number;
  readonly contentType: string | undefined;
  /** All that came, comments too. */
  text(): string;
  /** The messages so far. */
  messages(): readonly unknown[];
  /** Waits until so many messages have come. */
  received(count: number): Promise<readonly unknown[]>;
  /** Resolves when the stream has ended, however it did. */
  readonly ended: Promise<void>;
  /** Leaves, as a client does that cancels. */
  leave(): void;
}

/** Posts a modern request and resolves with the head of its answer; `signal` leaves, even before that. */
export function openEventStream(
  { port, token }: McpEndpoint,
  message: ModernMessage,
  signal?: AbortSignal,
): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const headers = mcpHeaders(token, modernHeaders(message));
    const req = request({ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent: false, headers, signal });
    req.on('error', reject);
    req.on('response', (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('error', () => undefined);
      const messages = (): readonly unknown[] =>
        [...text.matchAll(/^event: message\ndata: (.*)\n\n/gm)].map(([, json]): unknown => JSON.parse(json ?? ''));
      resolve({
        status: res.statusCode ?? 0,
        contentType: res.headers['content-type'],
        text: () => text,
        messages,
        received: (count) =>
          eventually(() => (messages().length >= count ? messages() : undefined), `message number ${count}`),
        ended: new Promise((end) => res.once('close', () => end())),
        leave: () => req.destroy(),
      });
    });
    req.end(JSON.stringify(modernBody(message)));
  });
}
