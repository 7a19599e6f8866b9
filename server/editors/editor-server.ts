import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { bridgeProof, type Hmac, isNonce, type LinkChallenge } from '../../shared/proof.ts';
import { linkHeaders, linkSubprotocol } from '../../shared/protocol.ts';
import { EditorHandshake } from './editor-handshake.ts';
import type { EditorRegistry } from './editor-registry.ts';

export interface EditorServerDeps {
  readonly registry: Pick<EditorRegistry, 'admit'>;
  readonly secret: string;
  readonly port: number;
  readonly instance: string;
  readonly hmac: Hmac;
  readonly equal: (expected: string, given: string) => boolean;
  /** A fresh nonce of at least 16 bytes, base64url. */
  readonly nonce: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Turns upgrades on the link's path into links. The bridge proves itself in the 101 answer; the window does in its
 * hello. Host and Origin have been checked by the HTTP front.
 */
export class EditorServer implements Disposable {
  readonly #deps: EditorServerDeps;
  readonly #handshakes = new Set<EditorHandshake>();
  readonly #challenges = new WeakMap<IncomingMessage, LinkChallenge>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Costs more than it saves on loopback (docs/performance.md).
    perMessageDeflate: false,
    maxPayload: limits.linkMaxPayloadBytes,
    handleProtocols: () => linkSubprotocol,
  });

  constructor(deps: EditorServerDeps) {
    this.#deps = deps;
    this.#server.on('headers', (headers, request) => {
      const challenge = this.#challenges.get(request);
      if (challenge === undefined) return;
      const proof = bridgeProof(deps.hmac, deps.secret, challenge);
      headers.push(
        `${linkHeaders.nonce}: ${challenge.bridgeNonce}`,
        `${linkHeaders.proof}: ${proof}`,
        `${linkHeaders.instance}: ${deps.instance}`,
      );
    });
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const nonce = single(request.headers[linkHeaders.nonce]);
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    if (!isNonce(nonce)) {
      refuse(socket, '400 Bad Request', `the ${linkHeaders.nonce} header must hold 16 to 64 random bytes as base64url`);
    } else if (!offered.includes(linkSubprotocol)) {
      refuse(socket, '400 Bad Request', `the link speaks the subprotocol ${linkSubprotocol}`);
    } else if (this.#handshakes.size >= limits.unprovenMaxSockets) {
      this.#deps.log.warn('upgrade refused: too many links that have not proven themselves');
      refuse(socket, '503 Service Unavailable', 'too many links wait for their proof; try again later');
    } else {
      const challenge = { editorNonce: nonce, bridgeNonce: this.#deps.nonce(), port: this.#deps.port };
      this.#challenges.set(request, challenge);
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#begin(webSocket, socket, challenge));
    }
  }

  dispose(): void {
    for (const handshake of [...this.#handshakes]) handshake.dispose();
    this.#server.close();
  }

  #begin(socket: WebSocket, raw: Duplex, challenge: LinkChallenge): void {
    const handshake = new EditorHandshake({
      ...this.#deps,
      socket,
      raw,
      challenge,
      onDone: () => this.#handshakes.delete(handshake),
    });
    this.#handshakes.add(handshake);
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Answers an upgrade without a WebSocket. */
function refuse(socket: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  // The other side may already be gone; nothing is lost with an answer that nobody reads.
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
