import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { SseParser } from './sse-parser.ts';

/** Where an MCP server answers, and what every request to it carries. */
export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Keeps connections between requests. */
  readonly agent: Agent;
  /** Another way than plain HTTP. */
  readonly request?: typeof httpRequest;
}

export interface ExchangeRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Gets each message of an answer that is an event stream, as JSON text, and the session id that its head named. */
  readonly onMessage: (json: string, sessionId: string | undefined) => void;
  /** Gets the events of such an answer that are no messages, by name. */
  readonly onEvent?: (event: string, data: string) => void;
}

export type ExchangeEnd =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly sessionId: string | undefined;
      readonly retryAfterMs: number | undefined;
      readonly text: string;
    }
  /** An event stream that was handed over message by message. */
  | { readonly kind: 'streamed' }
  /** An answer, or an event of a stream, of more than `limits.exchangeMaxBytes`; the rest of it was not read. */
  | { readonly kind: 'too_large' }
  /** `written` is false only when it is certain that nothing of the request left this machine's socket. */
  | { readonly kind: 'failed'; readonly written: boolean; readonly reason: string };

export interface Exchange {
  /** Never rejects. */
  readonly ended: Promise<ExchangeEnd>;
  /** Leaves: closes the connection, and `ended` says `failed` if it was not over. */
  abort(reason: string): void;
}

/** One HTTP request and its whole answer. */
export function startExchange(target: HttpTarget, request: ExchangeRequest): Exchange {
  let written = false;
  let req: ClientRequest | undefined;
  const ended = new Promise<ExchangeEnd>((resolve) => {
    const failed = (error: unknown) => resolve({ kind: 'failed', written, reason: messageOf(error) });
    const send = (path: string, mayMove: boolean): void => {
      try {
        req = begin({ ...target, path }, request);
      } catch (error) {
        // Node refuses what no header can hold, before anything is sent.
        return failed(error);
      }
      req.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (written = true));
        else written = true;
      });
      req.once('error', failed);
      req.once('response', (response) => {
        const moved = mayMove ? movedTo(target, response) : undefined;
        if (moved === undefined)
          return readAnswer({ response, location: locationOf(target, response) }, request, resolve, failed);
        response.resume();
        send(moved, false);
      });
      req.end(request.body);
    };
    send(target.path, true);
  });
  return { ended, abort: (reason) => req?.destroy(new Error(reason)) };
}

function begin(target: HttpTarget, request: ExchangeRequest): ClientRequest {
  const { host, port, path, agent, headers, request: start = httpRequest } = target;
  const { method, body } = request;
  const ofBody =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` };
  return start({ host, port, path, agent, method, headers: { ...headers, ...request.headers, ...ofBody } });
}

/** Where the same request is to be sent, at this server: what it carries is no other server's business. */
function movedTo(target: HttpTarget, response: IncomingMessage): string | undefined {
  const { statusCode } = response;
  const there = statusCode === 307 || statusCode === 308 ? locationOf(target, response) : undefined;
  return there?.origin === originOf(target) ? `${there?.pathname}${there?.search}` : undefined;
}

function locationOf(target: HttpTarget, { headers: { location } }: IncomingMessage): URL | undefined {
  const here = `${originOf(target)}${target.path}`;
  return location !== undefined && URL.canParse(location, here) ? new URL(location, here) : undefined;
}

function originOf({ host, port, request }: HttpTarget): string {
  const scheme = request === undefined ? 'http' : 'https';
  return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`).origin;
}

function readAnswer(
  { response, location }: { readonly response: IncomingMessage; readonly location: URL | undefined },
  { onMessage, onEvent }: ExchangeRequest,
  resolve: (end: ExchangeEnd) => void,
  failed: (error: unknown) => void,
): void {
  const { statusCode: status = 0, headers } = response;
  const contentType = (headers['content-type'] ?? '').split(';', 1).join().trim().toLowerCase();
  const given = headers['mcp-session-id'];
  const sessionId = typeof given === 'string' ? given : undefined;
  const giveUp = (): void => {
    resolve({ kind: 'too_large' });
    response.destroy();
  };
  response.once('error', failed);
  response.once('close', () => {
    if (!response.complete) failed(new Error('the answer was cut off'));
  });
  if (contentType === 'text/event-stream' && status < 300) {
    const parser = new SseParser((json) => onMessage(json, sessionId), onEvent);
    response.setEncoding('utf8').on('data', (part: string) => {
      parser.push(part);
      if (parser.unfinishedBytes > limits.exchangeMaxBytes) giveUp();
    });
    response.once('end', () => resolve({ kind: 'streamed' }));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.exchangeMaxBytes) giveUp();
    else chunks.push(chunk);
  });
  response.once('end', () => {
    const [first] = chunks;
    const whole = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    const retryAfterMs = secondsToMs(headers['retry-after']);
    // Its query may hold a secret.
    const moved = location === undefined ? undefined : `${location.origin}${location.pathname}`;
    const text = isRedirect(status) && moved !== undefined ? `moved to ${moved}` : whole.toString('utf8');
    resolve({ kind: 'answered', status, contentType, sessionId, retryAfterMs, text });
  });
}

/** For people: the status of an answer, and where it sends whoever asks. */
export function describedStatus({ status, text }: { readonly status: number; readonly text: string }): string {
  return `HTTP ${status}${isRedirect(status) && text !== '' ? `, ${text.slice(0, 200)}` : ''}`;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** A date instead of seconds is treated as absent. */
function secondsToMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
