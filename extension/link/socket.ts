import { type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { messageOf } from '../../shared/errors.ts';
import { gatherWrites } from '../../shared/gather-writes.ts';
import { limits } from '../../shared/limits.ts';
import { bridgeProof, editorProof, isNonce } from '../../shared/proof.ts';
import { closeCodes, linkHeaders, linkPath, linkSubprotocol, presencePing } from '../../shared/protocol.ts';
import { hmac, newNonce, sameProof } from '../bridge/proof-crypto.ts';
import { LinkOpenError, type LinkSocket, type LinkSocketListener, type OpenLinkSocket } from './link-socket.ts';

/** Opens the link to a bridge on this machine. Sends nothing but a nonce until the bridge has proven itself. */
export const openLinkSocket: OpenLinkSocket = ({ port, secret }, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(givenUp(signal));
      return;
    }
    const editorNonce = newNonce();
    const socket = new WebSocket(`ws://127.0.0.1:${port}${linkPath}`, [linkSubprotocol], {
      headers: { [linkHeaders.nonce]: editorNonce },
      perMessageDeflate: false,
      maxPayload: limits.linkMaxPayloadBytes,
      handshakeTimeout: limits.handshakeMs,
      followRedirects: false,
      // One kind of ping is answered later.
      autoPong: false,
    });
    let proof: string | undefined;
    let gather = () => {};
    const abort = () => fail(givenUp(signal));
    const fail = (error: LinkOpenError) => {
      signal.removeEventListener('abort', abort);
      reject(error);
      socket.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    // Stays after opening: an `error` without a listener would end the extension host, and `close` follows it.
    socket.on('error', (error) => fail(openError(error, port)));
    socket.on('unexpected-response', (_request, response) => fail(answerError(response, port)));
    socket.on('upgrade', (response) => {
      const bridgeNonce = header(response, linkHeaders.nonce);
      if (isNonce(bridgeNonce)) {
        const challenge = { editorNonce, bridgeNonce, port };
        if (sameProof(header(response, linkHeaders.proof), bridgeProof(hmac, secret, challenge))) {
          proof = editorProof(hmac, secret, challenge);
          gather = gatherWrites(response.socket);
          return;
        }
      }
      fail(foreign(port));
    });
    socket.on('open', () => {
      if (proof === undefined) return;
      signal.removeEventListener('abort', abort);
      resolve(new WsLinkSocket(socket, proof, gather));
    });
  });

/** The link over a `ws` socket, which turns Nagle's algorithm off itself. */
class WsLinkSocket implements LinkSocket {
  readonly editorProof: string;
  readonly #socket: WebSocket;
  readonly #gather: () => void;
  #listener: LinkSocketListener | undefined;
  #kept: ((listener: LinkSocketListener) => void)[] = [];

  constructor(socket: WebSocket, proof: string, gather: () => void) {
    this.#socket = socket;
    this.#gather = gather;
    this.editorProof = proof;
    let failure = '';
    const traffic = () => this.#tell((listener) => listener.traffic());
    socket.on('ping', (data) => {
      const answer = () => socket.readyState === WebSocket.OPEN && socket.pong(data);
      traffic();
      if (data.toString() === presencePing) this.#tell((listener) => listener.presenceAsked(answer));
      else answer();
    });
    socket.on('pong', traffic);
    socket.on('message', (data, isBinary) => {
      if (isBinary || !Buffer.isBuffer(data)) {
        this.close(closeCodes.protocolError, 'text messages only');
        return;
      }
      const text = data.toString();
      this.#tell((listener) => {
        listener.traffic();
        listener.message(text);
      });
    });
    socket.on('error', (error) => {
      failure = messageOf(error);
    });
    socket.on('close', (code, reason) => {
      const text = reason.toString() || failure;
      this.#tell((listener) => listener.closed(code, text));
    });
  }

  listen(listener: LinkSocketListener | undefined): void {
    this.#listener = listener;
    if (listener === undefined) return;
    const kept = this.#kept;
    this.#kept = [];
    for (const event of kept) this.#tell(event);
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#gather();
    this.#socket.send(text);
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  dispose(): void {
    this.#listener = { message: () => {}, traffic: () => {}, presenceAsked: () => {}, closed: () => {} };
    this.#kept = [];
    this.#socket.terminate();
  }

  /** A listener may hand over to another one while kept events are told. */
  #tell(event: (listener: LinkSocketListener) => void): void {
    if (this.#listener === undefined) this.#kept.push(event);
    else event(this.#listener);
  }
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function givenUp(signal: AbortSignal): LinkOpenError {
  return new LinkOpenError('unreachable', messageOf(signal.reason));
}

function foreign(port: number, cause?: unknown): LinkOpenError {
  return new LinkOpenError('foreign', `port ${port} is held by something else`, { cause });
}

/** A bridge that is overloaded or leaving answers 5xx; no bridge refuses the link in another way. */
function answerError(response: IncomingMessage, port: number): LinkOpenError {
  const status = response.statusCode ?? 0;
  response.resume();
  return status >= 500 ? new LinkOpenError('unreachable', `the bridge answered HTTP ${status}`) : foreign(port);
}

const noAnswerCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETDOWN',
  'EMFILE',
]);

function openError(error: Error, port: number): LinkOpenError {
  const code = 'code' in error ? error.code : undefined;
  if (noAnswerCodes.has(code))
    return new LinkOpenError('unreachable', `no answer on port ${port} (${String(code)})`, { cause: error });
  if (error.message === 'Opening handshake has timed out') {
    return new LinkOpenError('unreachable', `no answer on port ${port} in time`, { cause: error });
  }
  return foreign(port, error);
}
