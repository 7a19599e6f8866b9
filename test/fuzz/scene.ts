import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { editorTools } from '../../shared/catalog.ts';
import type { LinkChallenge } from '../../shared/proof.ts';
import { editorProof } from '../../shared/proof.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { type FakeAnswer, FakeEditor } from '../support/fake-editor.ts';
import { rawHttp } from '../support/raw-http.ts';
import { logProblem } from './oracle.ts';

const statusMs = 10_000;
const probe = fileURLToPath(new URL('../bench/heap-probe.mjs', import.meta.url));

export interface Memory {
  readonly heldBytes: number;
  readonly rssBytes: number;
}

interface Status {
  readonly pid: number;
  readonly instance: string;
  readonly windows: readonly { readonly id: string }[];
  readonly agents: readonly { readonly name: string; readonly sessions: number }[];
  readonly calls: { readonly pending: number; readonly finished: number };
}

/** A bridge with one window that answers every call at once. */
export class Scene {
  readonly bridge: BridgeProcess;
  readonly editor: FakeEditor;
  readonly secrets: readonly string[];
  #logRead = 0;
  #gone = false;

  private constructor(bridge: BridgeProcess, editor: FakeEditor) {
    this.bridge = bridge;
    this.editor = editor;
    this.secrets = [bridge.token, bridge.editorSecret, bridge.file('session.key').trim()];
    void bridge.exited().then(() => {
      this.#gone = true;
    });
  }

  static async open(bundle: string | undefined): Promise<Scene> {
    const nodeArgs = ['--expose-gc', '--import', probe];
    const bridge = await BridgeProcess.start({ nodeArgs, ...(bundle === undefined ? {} : { bundle }) });
    try {
      const answer = (): FakeAnswer => ({ structured: { path: 'a.ts', text: 'é\u2028' } });
      const editor = await FakeEditor.connect({
        port: bridge.port,
        secret: bridge.editorSecret,
        handlers: Object.fromEntries(Object.keys(editorTools).map((name) => [name, answer])),
      });
      return new Scene(bridge, editor);
    } catch (error) {
      await bridge.dispose();
      throw error;
    }
  }

  /** What went wrong beside the answers: the bridge is gone or deaf, or its log says what it must not. */
  async problem(): Promise<string | undefined> {
    const text = this.bridge.stderr.slice(this.#logRead);
    const end = text.lastIndexOf('\n') + 1;
    this.#logRead += end;
    const logged = logProblem(text.slice(0, end), this.secrets);
    if (logged !== undefined) return logged;
    if (this.#gone) return 'the bridge has ended';
    const { pid, instance } = this.bridge.event;
    const status = await this.status();
    if (status.pid !== pid || status.instance !== instance) return 'another bridge answers';
    // Nothing that is sent to others may end the link of this window.
    return status.windows.some(({ id }) => id === this.editor.editorId) ? this.#forget() : 'the window is gone';
  }

  async status(): Promise<Status> {
    const headers = { authorization: `Bearer ${this.bridge.token}` };
    const answer = rawHttp(this.bridge.port, { method: 'GET', path: '/status', headers });
    const late = new AbortController();
    const { status, text } = await Promise.race([answer, overdue(late.signal)]).finally(() => late.abort());
    if (status !== 200) throw new Error(`/status answered ${status}`);
    return JSON.parse(text);
  }

  proof(challenge: Omit<LinkChallenge, 'port'>): string {
    const hmac = (key: string, message: string) => createHmac('sha256', key).update(message).digest('base64url');
    return editorProof(hmac, this.bridge.editorSecret, { ...challenge, port: this.bridge.port });
  }

  /** After a collection of garbage. */
  async memory(): Promise<Memory> {
    const seen = this.bridge.stderr.length;
    process.kill(this.bridge.event.pid, 'SIGUSR2');
    return eventually(() => {
      const line = /^\{"heapProbe".*\}$/m.exec(this.bridge.stderr.slice(seen))?.[0];
      return line === undefined ? undefined : JSON.parse(line).heapProbe;
    }, 'the memory of the bridge');
  }

  /** Resident bytes as the system sees them, now. */
  residentBytes(): number {
    const pages = readFileSync(`/proc/${this.bridge.event.pid}/statm`, 'latin1').split(' ')[1];
    return Number(pages) * 4_096;
  }

  /** Open sockets of the process. */
  openSockets(): number {
    const folder = `/proc/${this.bridge.event.pid}/fd`;
    return readdirSync(folder).filter((name) => linkOf(`${folder}/${name}`).startsWith('socket:')).length;
  }

  async dispose(): Promise<void> {
    await this.editor.dispose();
    await this.bridge.dispose();
  }

  /** The window keeps what it was sent; nobody asks for it here. */
  #forget(): undefined {
    this.editor.calls.length = 0;
    this.editor.cancels.length = 0;
    this.editor.received.length = 0;
  }
}

/** Rejects when a bridge that is well would long have answered. */
async function overdue(signal: AbortSignal): Promise<never> {
  await delay(statusMs, undefined, { signal });
  throw new Error(`/status has no answer after ${statusMs} ms`);
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    // Closed between the listing and the look.
    return '';
  }
}
