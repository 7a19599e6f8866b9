import type { SendOutcome, SessionLink } from '../../../server/editors/editor-session.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Emitter } from '../../../shared/events.ts';
import {
  decode,
  encode,
  type ToBridge,
  type ToEditor,
  toBridgeSchema,
  toEditorSchema,
} from '../../../shared/protocol.ts';

export interface WorldLinkDeps {
  readonly clock: Clock;
  /** Milliseconds that the next message takes. */
  readonly delayMs: () => number;
  /** A message reached the window. */
  readonly toWindow: (message: ToEditor) => void;
  /** The window sees the end of its link. */
  readonly lost: () => void;
}

/** A link over which messages take their time, in order, and which a fault cuts with whatever is on the way. */
export class WorldLink implements SessionLink {
  readonly #deps: WorldLinkDeps;
  readonly #messages = new Emitter<ToBridge>();
  readonly #closed = new Emitter<string>();
  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closed.event;
  open = true;
  #downMs = 0;
  #upMs = 0;

  constructor(deps: WorldLinkDeps) {
    this.#deps = deps;
  }

  send(message: ToEditor): SendOutcome {
    if (!this.open) return 'closed';
    const text = encode(message);
    this.#downMs = this.#later(this.#downMs, () => this.#deps.toWindow(toEditorSchema.parse(decode(text))));
    return 'sent';
  }

  /** The window sends. */
  reply(message: ToBridge): void {
    if (!this.open) return;
    const text = encode(message);
    this.#upMs = this.#later(this.#upMs, () => this.#messages.fire(toBridgeSchema.parse(decode(text))));
  }

  isPresent(): Promise<boolean> {
    return Promise.resolve(this.open);
  }

  close(): void {
    this.cut();
  }

  dispose(): void {
    this.cut();
  }

  /** Both ends see it at once; what is on the way is lost. */
  cut(): void {
    if (!this.open) return;
    this.open = false;
    this.#closed.fire('cut');
    this.#deps.lost();
  }

  #later(afterMs: number, run: () => void): number {
    const { clock, delayMs } = this.#deps;
    const dueMs = Math.max(afterMs, clock.now() + delayMs());
    clock.after(dueMs - clock.now(), () => {
      if (this.open) run();
    });
    return dueMs;
  }
}
