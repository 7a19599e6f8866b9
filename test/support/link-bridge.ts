import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { bridgeProof, type Hmac, type LinkChallenge } from '../../shared/proof.ts';
import { linkHeaders, linkSubprotocol, presencePing } from '../../shared/protocol.ts';

export const linkSecret = 'the-editor-secret';
export const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

/** The bridge's side of one open socket. */
export interface LinkPeer {
  send(text: string): void;
  ping(): void;
  /** Asks whether the window's page is there. */
  askPresence(): void;
  /** How often that was answered. */
  presences(): number;
  close(code: number, reason: string): void;
  /** Resolves when the other side has taken note of the end, and so of all that was sent before. */
  ended(): Promise<void>;
  /** The next message that arrives here. */
  received(): Promise<string>;
}

/** The link's end of a bridge on a real port, which knows the secret. */
export class LinkBridge {
  readonly #http: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => linkSubprotocol });
  readonly upgrades: Record<string, unknown>[] = [];
  secret = linkSecret;
  challenge: LinkChallenge | undefined;

  get port(): number {
    return portOf(this.#http);
  }

  async listen(): Promise<this> {
    this.#http.on('upgrade', (request, socket, head) => {
      this.upgrades.push({ url: request.url, ...request.headers });
      this.challenge = {
        editorNonce: String(request.headers[linkHeaders.nonce]),
        bridgeNonce: randomBytes(32).toString('base64url'),
        port: this.port,
      };
      this.#sockets.handleUpgrade(request, socket, head, (open) => this.#sockets.emit('connection', open));
    });
    this.#sockets.on('headers', (headers) => {
      if (this.challenge === undefined) return;
      headers.push(`${linkHeaders.nonce}: ${this.challenge.bridgeNonce}`);
      headers.push(`${linkHeaders.proof}: ${bridgeProof(hmac, this.secret, this.challenge)}`);
    });
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return this;
  }

  async open(signal = new AbortController().signal) {
    const connected: Promise<WebSocket[]> = once(this.#sockets, 'connection');
    const socket = await openLinkSocket({ port: this.port, secret: linkSecret }, signal);
    const [open] = await connected;
    assert.ok(open);
    let presences = 0;
    open.on('pong', (data) => {
      if (data.toString() === presencePing) presences += 1;
    });
    const peer: LinkPeer = {
      send: (text) => open.send(text),
      ping: () => open.ping(),
      askPresence: () => open.ping(presencePing),
      presences: () => presences,
      close: (code, reason) => open.close(code, reason),
      ended: async () => {
        if (open.readyState !== open.CLOSED) await once(open, 'close');
      },
      received: async () => String((await once(open, 'message'))[0]),
    };
    return { socket, peer, remote: open };
  }

  async close(): Promise<void> {
    for (const open of this.#sockets.clients) open.terminate();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
