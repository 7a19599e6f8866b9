import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { errorAnswer, type RpcId, rpcCodes } from './json-rpc.ts';

/** Answers with JSON text. A client that has gone away gets nothing, and nothing fails. */
export function answerJson(res: ServerResponse, status: number, body: string, headers?: OutgoingHttpHeaders): void {
  if (isOver(res)) return;
  const bytes = Buffer.byteLength(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes, ...headers });
  // ASCII, which most JSON is, reads the same as latin1, and Node copies that where it would encode UTF-8.
  res.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/** Answers with JSON whose middle is the same for everybody and encoded already: it goes out without being copied. */
export function answerAround(res: ServerResponse, [before, middle, after]: readonly [string, Buffer, string]): void {
  if (isOver(res)) return;
  const bytes = Buffer.byteLength(before) + middle.length + Buffer.byteLength(after);
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes });
  res.write(before);
  res.write(middle);
  res.end(after);
}

export function answerEmpty(res: ServerResponse, status: number, headers?: OutgoingHttpHeaders): void {
  if (isOver(res)) return;
  res.writeHead(status, { 'content-length': 0, ...headers });
  res.end();
}

/** Whether nothing can be answered any more; an answer that has begun as a stream and failed is cut short. */
function isOver(res: ServerResponse): boolean {
  if (res.headersSent) res.end();
  return res.headersSent || res.destroyed;
}

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly code?: number;
  readonly id?: RpcId | null;
  readonly data?: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

export function refusalBody({ id, code, message, data }: Refusal): string {
  return errorAnswer(id ?? null, code ?? rpcCodes.server, message, data);
}

/** A refusal of a request whose body has been read. */
export function answerRefusal(res: ServerResponse, refusal: Refusal): void {
  answerJson(res, refusal.status, refusalBody(refusal), refusal.headers);
}

/**
 * A refusal before the body was read: the connection ends, but only after the client had a moment to read the answer,
 * because closing on unread data resets the connection and the answer with it.
 */
export function refuseUnread(req: IncomingMessage, res: ServerResponse, refusal: Refusal, clock: Clock): void {
  if (req.complete || !hasBody(req)) {
    answerRefusal(res, refusal);
    return;
  }
  const body = refusalBody(refusal);
  res.writeHead(refusal.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...refusal.headers,
  });
  res.write(body);
  const timer = clock.after(limits.lingerMs, () => req.destroy());
  const finish = (): void => {
    timer.dispose();
    res.end();
  };
  req.once('end', finish).once('close', finish).resume();
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}
