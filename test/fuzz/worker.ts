import { openSession } from '../support/raw-http.ts';
import { type HttpOutcome, HttpWire, type SendOptions } from './http-wire.ts';
import type { Scene } from './scene.ts';

/** Longer than anything that a case asks for may take, on a machine that is busy with other things. */
export const deadlineMs = 15_000;

type SessionKind = 'session' | 'batchSession';
const versions: Readonly<Record<SessionKind, string>> = { session: '2025-11-25', batchSession: '2025-03-26' };

/** One agent that sends one case after the other: a connection and two sessions of its own, and a name for its windows. */
export class Worker {
  readonly scene: Scene;
  readonly number: number;
  /** Sessions that this worker has ended. */
  endedSessions = 0;
  /** Connections that ended before an answer to a possible initialize came, which may have left a session. */
  lostAnswers = 0;
  /** How many cases ended in which way. */
  readonly tally = new Map<string, number>();
  readonly #sessions = new Map<SessionKind, string>();
  #wire: HttpWire | undefined;

  constructor(scene: Scene, number: number) {
    this.scene = scene;
    this.number = number;
  }

  get editorId(): string {
    return `fuzz-${this.number}`;
  }

  /** Puts in what only a running bridge knows; `more` is what only the case knows. */
  async fill(text: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    if (!text.includes('{{')) return text;
    const { bridge, editor } = this.scene;
    const values: Readonly<Record<string, string>> = {
      token: bridge.token,
      port: String(bridge.port),
      window: editor.editorId,
      nonce: 'n'.repeat(32),
      editor: this.editorId,
      worker: String(this.number),
      epoch: `epoch-${this.number}`,
      session: text.includes('{{session}}') ? await this.#session('session') : '',
      batchSession: text.includes('{{batchSession}}') ? await this.#session('batchSession') : '',
      ...more,
    };
    return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  }

  /** Sends on the kept connection, or on one of its own where the request may spoil it. */
  async send(bytes: Buffer, options: Omit<SendOptions, 'deadlineMs'>, kept: boolean): Promise<HttpOutcome> {
    const fresh = !kept || this.#wire?.usable !== true;
    const wire = fresh ? await HttpWire.open(this.scene.bridge.port) : this.#wire;
    if (wire === undefined) throw new Error('no connection');
    if (fresh && kept) this.#replaceWire(wire);
    const outcome = await wire.send(bytes, { ...options, deadlineMs });
    const reusable = outcome.kind === 'answer' && outcome.answer.reusable;
    if (!kept || !reusable) wire.dispose();
    if (kept && !reusable) this.#wire = undefined;
    return outcome;
  }

  /** Ends a session that a case has opened, so that what is left over at the end is a leak. */
  async endSession(id: string): Promise<void> {
    const { bridge } = this.scene;
    const head = `DELETE /mcp HTTP/1.1\r\nhost: 127.0.0.1:${bridge.port}\r\nauthorization: Bearer ${bridge.token}\r\n`;
    const bytes = Buffer.from(`${head}mcp-session-id: ${id}\r\n\r\n`, 'latin1');
    const outcome = await this.send(bytes, { endless: false, bodiless: false, finish: false }, true);
    this.endedSessions++;
    if (outcome.kind !== 'answer' || ![200, 404].includes(outcome.answer.status)) {
      throw new Error(`ending a session was answered ${JSON.stringify(outcome)}`);
    }
  }

  /** The case may have ended the sessions: the next one opens new ones. */
  async forgetSessions(): Promise<void> {
    const ids = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const id of ids) await this.endSession(id);
  }

  count(end: string): void {
    this.tally.set(end, (this.tally.get(end) ?? 0) + 1);
  }

  async dispose(): Promise<void> {
    await this.forgetSessions();
    this.#wire?.dispose();
  }

  async #session(kind: SessionKind): Promise<string> {
    const known = this.#sessions.get(kind);
    if (known !== undefined) return known;
    const opened = await openSession(this.scene.bridge, versions[kind]);
    const id = opened['mcp-session-id'];
    this.#sessions.set(kind, id);
    return id;
  }

  #replaceWire(wire: HttpWire): void {
    this.#wire?.dispose();
    this.#wire = wire;
  }
}

/** A request of the modern era, whole. */
export function modernToolCall(name: string, args: unknown): { readonly head: string; readonly body: string } {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name,
      arguments: args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        progressToken: 1,
      },
    },
  });
  const head =
    'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{{port}}\r\nauthorization: Bearer {{token}}\r\n' +
    'accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n' +
    `mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: ${name}\r\n`;
  return { head, body };
}
