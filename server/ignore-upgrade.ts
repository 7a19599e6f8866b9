import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Belong to the upgrade alone (RFC 9110, 7.8; RFC 7540, 3.2.1). */
const ofUpgrades: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings']);

/** Whether a request asks for a WebSocket, the only protocol that we change to. */
export function asksForWebSocket({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

/**
 * Serves a request as if it asked for no other protocol, which is a server's right (RFC 9110, 7.8). Node makes an upgrade
 * of every such request and takes the connection out of its hands; Java's HTTP client, for one, offers HTTP/2 in the first
 * request of each connection. So the head is written anew without the offer and goes, with all that follows it, through
 * a second connection to the same port. To hand the connection back to Node's server instead is not supported: it answers
 * at first, and breaks other connections.
 */
export function ignoreUpgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    socket.destroy();
    return;
  }
  const own = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
  own.write(Buffer.concat([headWithoutOffer(req), head]));
  socket.pipe(own).pipe(socket);
  own.on('error', () => socket.destroy());
  socket.on('error', () => own.destroy());
  socket.on('close', () => own.destroy());
}

function headWithoutOffer({ rawHeaders, method, url, httpVersion }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!ofUpgrades.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
