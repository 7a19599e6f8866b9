import { isRecord, type RpcId } from '../agent/json-rpc.ts';
import type { Endpoint } from './connection.ts';
import type { ExchangeEnd } from './http-exchange.ts';

export interface RequestToPost {
  /** The id inside `body`. */
  readonly id: RpcId;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gets what the server sends ahead of the answer. */
  readonly onMessage: (message: Readonly<Record<string, unknown>>, json: string) => void;
}

export type PostEnd =
  /** A JSON-RPC response to this request, as an event of a stream or as the whole body of a 200. */
  | { readonly kind: 'response'; readonly json: string; readonly sessionId: string | undefined }
  /** Any other whole answer: a refusal, an empty 202, a page of a proxy. */
  | Extract<ExchangeEnd, { kind: 'answered' | 'too_large' | 'failed' }>;

export interface Posted {
  /** Never rejects. */
  readonly ended: Promise<PostEnd>;
  abort(reason: string): void;
}

/** Posts one request and waits for its response, whichever of the two forms the server chose. */
export function postRequest(endpoint: Endpoint, { id, body, headers, onMessage }: RequestToPost): Posted {
  let abort = (_reason: string): void => {};
  const ended = new Promise<PostEnd>((resolve) => {
    const exchange = endpoint.exchange({
      method: 'POST',
      body,
      headers: { accept: 'application/json, text/event-stream', ...headers },
      onMessage: (json, sessionId) => {
        if (isResponseTo(id, json)) return resolve({ kind: 'response', json, sessionId });
        const message = parseRecord(json);
        if (message === undefined) return;
        if ('method' in message) onMessage(message, json);
        else if (message['id'] === id || message['id'] === null) resolve({ kind: 'response', json, sessionId });
      },
    });
    abort = (reason) => exchange.abort(reason);
    void exchange.ended.then((end) => {
      // The answer may have come on the stream before; then this changes nothing.
      if (end.kind === 'streamed') return resolve(cutOff);
      if (end.kind !== 'answered' || end.status !== 200) return resolve(end);
      const { text: json, sessionId } = end;
      const isResponse = isResponseTo(id, json) || holdsResponse(json);
      resolve(isResponse ? { kind: 'response', json, sessionId } : end);
    });
  });
  return { ended, abort };
}

const cutOff: PostEnd = { kind: 'failed', written: true, reason: 'the stream ended before the answer' };

/** How the bridge and most servers begin a result. */
export function resultPrefix(id: RpcId): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
}

/** Tells most results from everything else without parsing what may be large. */
export function isResponseTo(id: RpcId, json: string): boolean {
  return json.startsWith(resultPrefix(id));
}

function holdsResponse(json: string): boolean {
  const message = parseRecord(json);
  return message !== undefined && ('result' in message || 'error' in message) && message['jsonrpc'] === '2.0';
}

export function parseRecord(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON: for the caller the same as any other answer that is none.
    return undefined;
  }
}
