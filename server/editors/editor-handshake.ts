import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/disposable.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { editorProof, type Hmac, type LinkChallenge } from '../../shared/proof.ts';
import {
  closeCodes,
  decode,
  type Hello,
  linkVersion,
  oldestLinkVersion,
  type ToBridge,
  toBridgeSchema,
} from '../../shared/protocol.ts';
import { EditorLink } from './editor-link.ts';
import type { EditorRegistry } from './editor-registry.ts';
import { messageText } from './message-text.ts';

/** The part of a hello that every link version has: enough to refuse one that we cannot read. */
const anyHelloSchema = z.object({ type: z.literal('hello'), version: z.number().int() });

export interface EditorHandshakeDeps {
  readonly socket: WebSocket;
  readonly raw: Duplex;
  readonly challenge: LinkChallenge;
  readonly secret: string;
  readonly hmac: Hmac;
  readonly equal: (expected: string, given: string) => boolean;
  readonly registry: Pick<EditorRegistry, 'admit'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs once: the window is taken in, refused or gone. */
  readonly onDone: () => void;
}

/** From the 101 answer to `welcome`: one deadline for version, proof and a free editor id. */
export class EditorHandshake implements Disposable {
  readonly #deps: EditorHandshakeDeps;
  readonly #store = new DisposableStore();

  constructor(deps: EditorHandshakeDeps) {
    this.#deps = deps;
    const { socket, clock, log } = deps;
    this.#store.add(toDisposable(deps.onDone));
    this.#store.add(clock.after(limits.handshakeMs, () => this.#refuse(closeCodes.notAuthorised, 'no hello in time')));
    const first = (data: RawData, binary: boolean) => this.#first(messageText(data, binary));
    const gone = () => this.#store.dispose();
    const failed = (error: Error) => log.debug(`link error before hello: ${messageOf(error)}`);
    socket.once('message', first);
    socket.once('close', gone);
    socket.on('error', failed);
  }

  dispose(): void {
    if (this.#store.disposed) return;
    this.#store.dispose();
    this.#deps.socket.terminate();
  }

  #first(text: string | undefined): void {
    if (this.#store.disposed) return;
    const envelope = text === undefined ? undefined : parseEnvelope(text);
    const any = anyHelloSchema.safeParse(envelope);
    if (!any.success) return this.#refuse(closeCodes.notAuthorised, 'the first message must be a hello with a proof');
    const { version } = any.data;
    if (version < oldestLinkVersion || version > linkVersion) {
      const served = `link version ${version} is not served here, only ${oldestLinkVersion} to ${linkVersion}`;
      return this.#refuse(closeCodes.versionNotSupported, served);
    }
    const hello = toBridgeSchema.safeParse(envelope);
    if (!hello.success || hello.data.type !== 'hello') {
      return this.#refuse(closeCodes.protocolError, 'this hello does not fit the link protocol');
    }
    if (!this.#proven(hello.data)) return;
    const { socket, raw, clock, log } = this.#deps;
    const link = new EditorLink({ socket, raw, clock, log });
    const listener = link.onMessage((message) => this.#again(message, link));
    this.#store.add(listener);
    void this.#admit(hello.data, link);
  }

  /** Only a hello under a new id may come before the welcome. */
  #again(message: ToBridge, link: EditorLink): void {
    if (message.type !== 'hello') this.#refuse(closeCodes.protocolError, 'only a hello may come before the welcome');
    else if (this.#proven(message)) void this.#admit(message, link);
  }

  async #admit(hello: Hello, link: EditorLink): Promise<void> {
    try {
      const outcome = await this.#deps.registry.admit(hello, link);
      if (outcome === 'id_in_use' && !this.#store.disposed) link.send({ type: 'id_in_use' });
      else this.#store.dispose();
    } catch (error) {
      this.#deps.log.error(`a window could not be taken in: ${messageOf(error)}`);
      this.#refuse(1011, 'the bridge failed to take this window in; its log says why');
    }
  }

  #proven(hello: Hello): boolean {
    const { hmac, secret, challenge, equal } = this.#deps;
    if (equal(editorProof(hmac, secret, challenge), hello.proof)) return true;
    this.#refuse(
      closeCodes.notAuthorised,
      'the proof in hello is wrong: editor and bridge use different state directories',
    );
    return false;
  }

  #refuse(code: number, reason: string): void {
    if (this.#store.disposed) return;
    const { socket, clock, log } = this.#deps;
    log.warn(`link refused with ${code}: ${reason}`);
    this.#store.dispose();
    socket.close(code, reason);
    const cut = clock.after(limits.closeMs, () => socket.terminate());
    socket.once('close', () => cut.dispose());
  }
}

function parseEnvelope(text: string): unknown {
  try {
    return decode(text);
  } catch {
    // Not JSON: refused like every other first message that is no hello.
    return undefined;
  }
}
