import type { Disposable } from '../../shared/disposable.ts';

export interface LinkSocketListener {
  message(text: string): void;
  /** Anything arrived: a message, a ping or a pong. */
  traffic(): void;
  /** The bridge asks whether this window's page is there (`presencePing`); `answer` says so. */
  presenceAsked(answer: () => void): void;
  /** The last event, told once. 1006 when the other side vanished. */
  closed(code: number, reason: string): void;
}

/** An open link whose bridge has proven itself. */
export interface LinkSocket extends Disposable {
  /** What this side shows in `hello`. */
  readonly editorProof: string;
  /** Events before the first listener, and between two of them, are kept for the next one. */
  listen(listener: LinkSocketListener | undefined): void;
  /** Does nothing once the socket is closing. */
  send(text: string): void;
  ping(): void;
  /** Starts an orderly end; `closed` follows. */
  close(code: number, reason: string): void;
  /** Ends at once, without the other side; `closed` follows. */
  terminate(): void;
  /** Ends at once and tells nobody. */
  dispose(): void;
}

/**
 * Why no link was opened. `foreign`: whatever holds the port could not prove itself. `unreachable`: nothing there, too
 * slow, or given up.
 */
export class LinkOpenError extends Error {
  readonly kind: 'foreign' | 'unreachable';

  constructor(kind: LinkOpenError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkOpenError';
    this.kind = kind;
  }
}

/** Opens a link; rejects with a `LinkOpenError`. Aborting leaves no socket behind. */
export type OpenLinkSocket = (
  target: { readonly port: number; readonly secret: string },
  signal: AbortSignal,
) => Promise<LinkSocket>;
