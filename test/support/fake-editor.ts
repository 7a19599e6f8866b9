import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { messageText } from '../../server/editors/message-text.ts';
import type { ErrorInfo } from '../../shared/errors.ts';
import { bridgeProof, editorProof, type Hmac, type LinkChallenge } from '../../shared/proof.ts';
import {
  type CallMessage,
  decode,
  encode,
  type Hello,
  linkHeaders,
  linkPath,
  linkSubprotocol,
  linkVersion,
  presencePing,
  type ToBridge,
  type ToEditor,
  toEditorSchema,
  type Welcome,
  type WindowInfo,
} from '../../shared/protocol.ts';
import { eventually } from './eventually.ts';
import { sampleWindow } from './sample-window.ts';

const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

/** Answers a call: a tool result as an object, an error, or nothing (the test answers by itself with `result`). */
type FakeHandler = (call: CallMessage, editor: FakeEditor) => Promise<FakeAnswer> | FakeAnswer;
export type FakeAnswer = { readonly structured: object } | { readonly error: ErrorInfo } | undefined;

export interface FakeEditorOptions {
  readonly port: number;
  readonly secret: string;
  readonly editorId?: string;
  readonly epoch?: string;
  readonly window?: Partial<WindowInfo>;
  readonly tools?: readonly string[];
  readonly journal?: readonly string[];
  readonly handlers?: Readonly<Record<string, FakeHandler>>;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A scripted window: the real handshake over a real WebSocket, and handlers instead of VS Code. */
export class FakeEditor {
  /** Calls and cancels as they came, over all links. */
  readonly calls: CallMessage[] = [];
  readonly cancels: string[] = [];
  /** Every message of the bridge, in order. */
  readonly received: ToEditor[] = [];
  readonly options: FakeEditorOptions;
  editorId: string;
  epoch: string;
  journal: readonly string[];
  /** Its extension host lives, and its page is gone. */
  pageless = false;
  #socket: WebSocket | undefined;
  #closed: Promise<Closed> | undefined;
  #challenge: LinkChallenge | undefined;

  constructor(options: FakeEditorOptions) {
    this.options = options;
    this.editorId = options.editorId ?? `fake-${randomBytes(4).toString('hex')}`;
    this.epoch = options.epoch ?? randomBytes(8).toString('hex');
    this.journal = options.journal ?? [];
  }

  /** Connects, and resolves after the welcome. */
  static async connect(options: FakeEditorOptions): Promise<FakeEditor> {
    const editor = new FakeEditor(options);
    await editor.connect();
    return editor;
  }

  /** A new link, as after a drop; `reload` begins a new epoch. */
  async connect({
    reload = false,
    port = this.options.port,
  }: {
    reload?: boolean;
    port?: number;
  } = {}): Promise<Welcome> {
    if (reload) this.epoch = randomBytes(8).toString('hex');
    await this.open(port);
    this.send(this.hello());
    return this.welcomed();
  }

  /** Only the upgrade, with the bridge's proof checked; no hello. */
  async open(port = this.options.port, headers: Record<string, string> = {}): Promise<void> {
    const editorNonce = randomBytes(24).toString('base64url');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${linkPath}`, linkSubprotocol, {
      perMessageDeflate: false,
      headers: { [linkHeaders.nonce]: editorNonce, ...headers },
      autoPong: false,
    });
    socket.on('ping', (data) => {
      if (data.toString() !== presencePing || !this.pageless) socket.pong(data);
    });
    this.received.length = 0;
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    });
    socket.on('message', (data, binary) => this.#receive(messageText(data, binary) ?? ''));
    let answer: IncomingMessage | undefined;
    socket.once('upgrade', (response) => {
      answer = response;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.on('error', reject);
    });
    const challenge = { editorNonce, bridgeNonce: String(answer?.headers[linkHeaders.nonce]), port };
    if (answer?.headers[linkHeaders.proof] !== bridgeProof(hmac, this.options.secret, challenge)) {
      socket.terminate();
      throw new Error('the bridge did not prove itself');
    }
    this.#challenge = challenge;
  }

  hello(change: Partial<Hello> = {}): Hello {
    const { options, editorId, epoch, journal } = this;
    if (this.#challenge === undefined) throw new Error('open the link first');
    return {
      type: 'hello',
      version: linkVersion,
      proof: editorProof(hmac, options.secret, this.#challenge),
      editorId,
      epoch,
      extensionVersion: '0.0.0-fake',
      window: { ...sampleWindow, name: 'fake', ...options.window },
      tools: [...(options.tools ?? Object.keys(options.handlers ?? {}))],
      journal: [...journal],
      ...change,
    };
  }

  send(message: ToBridge): void {
    this.sendRaw(encode(message));
  }

  sendRaw(text: string | Buffer): void {
    this.#live().send(text);
  }

  /** Answers a call by hand. */
  result(id: string, answer: NonNullable<FakeAnswer>): void {
    if ('error' in answer) this.send({ type: 'result', id, ok: false, error: answer.error });
    else this.send({ type: 'result', id, ok: true, content: JSON.stringify(toolResult(answer.structured)) });
  }

  welcomed(): Promise<Welcome> {
    return this.next('welcome');
  }

  /** Waits for the first message of a type on this link. */
  next<T extends ToEditor['type']>(type: T): Promise<Extract<ToEditor, { type: T }>> {
    const isWanted = (message: ToEditor): message is Extract<ToEditor, { type: T }> => message.type === type;
    return eventually(() => this.received.find(isWanted), `a message ${type}`);
  }

  /** Waits for the nth call (from 1) over all links. */
  async callNumber(n: number): Promise<CallMessage> {
    return eventually(() => this.calls[n - 1], `call number ${n}`);
  }

  /** How the current link ended. */
  closed(): Promise<Closed> {
    if (this.#closed === undefined) throw new Error('open the link first');
    return this.#closed;
  }

  /** Cuts the link as a crash does, without a closing handshake. */
  async drop(): Promise<void> {
    this.#socket?.terminate();
    await this.closed();
  }

  /** Stops reading, so that no ping is answered: a half-open link. */
  freeze(): void {
    this.#live().pause();
  }

  async dispose(): Promise<void> {
    if (this.#socket !== undefined) await this.drop();
  }

  #live(): WebSocket {
    if (this.#socket === undefined) throw new Error('open the link first');
    return this.#socket;
  }

  #receive(text: string): void {
    const message = toEditorSchema.parse(decode(text));
    this.received.push(message);
    if (message.type === 'cancel') this.cancels.push(message.id);
    if (message.type !== 'call') return;
    this.calls.push(message);
    void this.#answer(message);
  }

  async #answer(call: CallMessage): Promise<void> {
    const socket = this.#socket;
    const answer = await this.options.handlers?.[call.tool]?.(call, this);
    if (answer !== undefined && socket === this.#socket && socket?.readyState === WebSocket.OPEN)
      this.result(call.id, answer);
  }
}

function toolResult(structured: object): object {
  return { content: [{ type: 'text', text: JSON.stringify(structured) }], structuredContent: structured };
}
