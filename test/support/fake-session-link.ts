import type { SendOutcome, SessionLink } from '../../server/editors/editor-session.ts';
import type { KnownWindows } from '../../server/editors/known-windows.ts';
import { Emitter } from '../../shared/events.ts';
import { type Hello, linkVersion, type ToBridge, type ToEditor } from '../../shared/protocol.ts';
import { sampleWindow } from './sample-window.ts';

/** A link without a socket: records what the bridge sends, and the test speaks for the window. */
export class FakeSessionLink implements SessionLink {
  readonly sent: ToEditor[] = [];
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  readonly #messages = new Emitter<ToBridge>();
  readonly #closed = new Emitter<string>();
  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closed.event;
  /** Settles `isPresent`; true at once unless a test takes it over. */
  isPresent: (waitMs: number) => Promise<boolean> = () => Promise.resolve(true);
  open = true;

  /** Messages longer than this are too large. */
  maxChars = Number.POSITIVE_INFINITY;

  send(message: ToEditor): SendOutcome {
    if (!this.open) return 'closed';
    if (JSON.stringify(message).length > this.maxChars) return 'too_large';
    this.sent.push(message);
    return 'sent';
  }

  close(code: number, reason: string): void {
    this.closes.push({ code, reason });
    this.drop(`closed with ${code}`);
  }

  dispose(): void {
    this.drop('disposed');
  }

  /** The window says something. */
  receive(message: ToBridge): void {
    this.#messages.fire(message);
  }

  /** The link breaks. */
  drop(reason = 'dropped'): void {
    if (!this.open) return;
    this.open = false;
    this.#closed.fire(reason);
  }

  /** The sent messages in short: type, id and what matters. */
  get transcript(): readonly string[] {
    return this.sent.map((message) => {
      if (message.type === 'call') return `call ${message.id}${message.repeat ? ' repeat' : ''} ${message.budgetMs}`;
      if (message.type === 'cancel') return `cancel ${message.id}: ${message.reason}`;
      return message.type;
    });
  }
}

/** What the first bridge of a state directory knows of earlier ones. */
export const nothingKnown: KnownWindows = { windows: [], gone: [], completeFromMs: 0 };

export function fakeHello(change: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    version: linkVersion,
    proof: 'proof',
    editorId: 'window-1',
    epoch: 'epoch-1',
    extensionVersion: '0.0.0-fake',
    window: {
      ...sampleWindow,
      name: 'greeter',
      folders: [{ name: 'greeter', path: '/home/me/greeter', uri: 'file:///home/me/greeter' }],
    },
    tools: ['read_buffer', 'edit_buffer'],
    journal: [],
    ...change,
  };
}
