import type { Disposable } from '../../shared/disposable.ts';

/** A bridge that has proven that it holds the editor secret. */
export interface ProvenBridge {
  readonly kind: 'proven';
  readonly port: number;
  readonly instance: string;
  readonly version: string;
  /** The editor secret: never logged, never sent. */
  readonly secret: string;
}

/** What the state directory leads to. `missing`: nobody there, or whoever is there cannot show that it is the bridge. */
export type FoundBridge =
  | {
      readonly kind: 'missing';
      readonly reason: string;
      /** The bridge's process lives and does not answer: another one cannot start beside it. */
      readonly silentPid?: number;
    }
  | ProvenBridge;

export interface Sighting {
  readonly found: FoundBridge;
  /** Stands for the contents of the state files that were read, so that a change since then is noticed. */
  readonly fingerprint: string;
}

/**
 * `busy`: somebody else is at it, which is no failure of the bridge. `failed`: the bridge did not come up; `detail` holds
 * the last lines that it wrote.
 */
export type StartOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'busy'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail?: string };

/**
 * `unable`: the older bridge knows no handover; it has to leave first. `failed`: it stays, because the newer one did not
 * come up.
 */
export type ReplaceOutcome =
  | { readonly kind: 'replaced' }
  | { readonly kind: 'busy'; readonly reason: string }
  | { readonly kind: 'unable' }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail?: string };

/** How a link finds its bridge, and starts one. Implemented by `BridgeProcess`. Nothing here rejects. */
export interface BridgeSource {
  /** Reads the state files and asks the bridge named there for its proof. */
  find(signal: AbortSignal): Promise<Sighting>;
  /** Starts the bridge, or waits for whoever is starting it. Harmless when one runs. */
  start(signal: AbortSignal): Promise<StartOutcome>;
  /** Has an older bridge hand over to this extension's. */
  replace(signal: AbortSignal): Promise<ReplaceOutcome>;
  /** Ends a bridge that does not answer, so that another one can start; whether that worked. */
  endSilent(): Promise<boolean>;
  /** Calls back whenever the state files no longer are those of `fingerprint`, at first perhaps at once. */
  watch(fingerprint: string | undefined, changed: (fingerprint: string) => void): Disposable;
}
