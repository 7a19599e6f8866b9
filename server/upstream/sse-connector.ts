import { type Connector, UnreachableError } from '../recovery/connection.ts';
import { describedStatus, type ExchangeEnd, startExchange } from '../recovery/http-exchange.ts';
import type { UrlTarget } from './http-connector.ts';
import { StreamEndpoint } from './stream-endpoint.ts';

/**
 * The way to a server that speaks HTTP with SSE (spec 2024-11-05): its answers come on a stream that a GET opens, whose
 * first event says where requests are to be posted.
 *
 * @param newId names one connection
 */
export function createSseConnector(target: UrlTarget, newId: () => string): Connector {
  let running: StreamEndpoint | undefined;
  return {
    async connect(_how, signal) {
      if (running === undefined || running.ended !== undefined) running = await open(target, newId(), signal);
      return running;
    },
  };
}

function open(target: UrlTarget, instance: string, signal: AbortSignal): Promise<StreamEndpoint> {
  return new Promise((resolve, reject) => {
    let endpoint: StreamEndpoint | undefined;
    const stream = startExchange(target, {
      method: 'GET',
      headers: { accept: 'text/event-stream' },
      onMessage: (json) => endpoint?.take(json),
      onEvent: (event, data) => {
        if (event !== 'endpoint' || endpoint !== undefined) return;
        const path = postPath(data, target.url);
        if (path === undefined) return stream.abort('it names no place of its own to post requests to');
        endpoint = new StreamEndpoint({
          url: target.url,
          instance,
          write: (body, undelivered) => post({ ...target, path }, body, undelivered),
          stop: () => {
            stream.abort('closed');
            target.agent.destroy();
          },
        });
        signal.removeEventListener('abort', leave);
        resolve(endpoint);
      },
    });
    const leave = () => stream.abort('given up');
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    void stream.ended.then((end) => {
      const reason = reasonOf(end);
      endpoint?.over(reason, end);
      reject(new UnreachableError(reason));
    });
  });
}

/** Undefined for no URL and for another server's: what is meant for one must not go to another. */
function postPath(given: string, base: string): string | undefined {
  if (!URL.canParse(given, base)) return undefined;
  const { origin, pathname, search } = new URL(given, base);
  return origin === new URL(base).origin ? `${pathname}${search}` : undefined;
}

function post(target: UrlTarget, body: string, undelivered: (end: ExchangeEnd) => void): void {
  const { ended } = startExchange(target, { method: 'POST', headers: {}, body, onMessage: () => {} });
  void ended.then((end) => {
    const isTaken = end.kind === 'streamed' || (end.kind === 'answered' && end.status < 300);
    if (!isTaken) undelivered(end);
  });
}

function reasonOf(end: ExchangeEnd): string {
  switch (end.kind) {
    case 'answered':
      return `a GET opens no event stream (${describedStatus(end)})`;
    case 'streamed':
      return 'the server ended its event stream';
    case 'too_large':
      return 'an answer was too large';
    case 'failed':
      return end.reason;
  }
}
