/** What is known of the bridge that a link ended at. */
export interface LinkedBridge {
  readonly instance: string;
  readonly version: string;
  readonly port: number;
  /** The id under which the bridge knows this window. */
  readonly editorId: string;
  /** See `bridge-features.ts`. */
  readonly features: readonly string[];
}

/** The link's state, each with its own data. Times are of the clock's monotonic `now()`. */
export type LinkState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'online'; readonly sinceMs: number; readonly bridge: LinkedBridge }
  | {
      readonly kind: 'waiting';
      /** The attempt that comes next, from 1. */
      readonly attempt: number;
      readonly untilMs: number;
      readonly delayMs: number;
      /** Why the last link or attempt ended, in plain words. */
      readonly reason: string;
    }
  | {
      /** Ends only by a change of the state files or of a setting, or by the user. */
      readonly kind: 'refused';
      readonly reason: string;
      /** Several lines, for example the end of the bridge's log. */
      readonly detail?: string;
    };
