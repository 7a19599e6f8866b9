import { Agent } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { connect } from 'node:net';
import { type Connector, type Endpoint, UnreachableError } from '../recovery/connection.ts';
import { type HttpTarget, startExchange } from '../recovery/http-exchange.ts';

/** Where a server answers, and its address as the user wrote it. */
export interface UrlTarget extends HttpTarget {
  readonly url: string;
}

export function httpTargetOf({
  url,
  headers,
}: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}): UrlTarget {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const secure = protocol === 'https:';
  const options = { keepAlive: true, noDelay: true };
  return {
    url,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port === '' ? (secure ? 443 : 80) : port),
    path: `${pathname}${search}`,
    headers,
    agent: secure ? new TlsAgent(options) : new Agent(options),
    ...(secure ? { request: httpsRequest } : {}),
  };
}

/** The way to a server that speaks Streamable HTTP. */
export function createHttpConnector(target: UrlTarget): Connector {
  const { url, host, port, agent } = target;
  const endpoint: Endpoint = {
    url,
    exchange: (request) => startExchange(target, request),
    close: () => agent.destroy(),
    instance: undefined,
    keyKeeper: undefined,
    renewable: false,
  };
  return {
    // Whether somebody listens there: while nobody does, no request is spent on it.
    async connect(_how, signal) {
      await knock(host, port, signal);
      return endpoint;
    },
  };
}

function knock(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const leave = () => {
      signal.removeEventListener('abort', leave);
      socket.destroy();
    };
    socket.once('connect', () => {
      leave();
      resolve();
    });
    socket.once('error', (error) => {
      leave();
      reject(new UnreachableError(error.message === '' ? `nobody listens on ${host}:${port}` : error.message));
    });
    // The one who gave up has been told by the connection.
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
  });
}
