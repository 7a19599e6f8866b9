export const faultKinds = [
  'bridge-kill',
  'bridge-stop',
  'bridge-freeze',
  'bridge-left-to-others',
  'port-taken',
  'keys-replaced',
  'state-replaced',
  'rotated',
  'window-kill',
  'window-reload',
  'window-freeze',
  'window-asleep',
  'link-drop',
  'link-cut',
  'link-slow',
  'link-stall',
  'link-half-open',
  /** Not injected: several faults in a row have kept a window away for longer than a call waits. */
  'window-away',
  'shim-kill',
  'upstream-kill',
  'upstream-forgets',
  'upstream-freeze',
  'upstream-refuses',
  'upstream-cut',
  'child-kill',
  'child-freeze',
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type InjectedKind = Exclude<FaultKind, 'window-away'>;

/**
 * Whose keyed calls may lose their result by it; everything else costs one without a key at most. Servers behind the
 * bridge keep no journal: what a bridge had passed on to one when it ended is not known (decision 26).
 */
const costs: Readonly<Record<FaultKind, 'none' | 'upstream' | 'all'>> = {
  'bridge-kill': 'upstream',
  // Calls that run when the bridge is told to leave are answered as unknown, for agents that cannot ask again.
  'bridge-stop': 'all',
  'bridge-freeze': 'none',
  'bridge-left-to-others': 'upstream',
  'port-taken': 'all',
  // Under another key the ids of the calls are others.
  'keys-replaced': 'all',
  'state-replaced': 'all',
  rotated: 'all',
  // What was begun there may be done or not.
  'window-kill': 'all',
  'window-reload': 'all',
  'window-freeze': 'none',
  // Longer than the budget of a call, and than three beats of the link.
  'window-asleep': 'all',
  'link-drop': 'none',
  'link-cut': 'none',
  'link-slow': 'none',
  'link-stall': 'none',
  'link-half-open': 'all',
  'window-away': 'all',
  'shim-kill': 'none',
  'upstream-kill': 'upstream',
  // Servers that are not ours do not prove that a call with a stale session did not run.
  'upstream-forgets': 'upstream',
  // When it goes on it closes connections that nobody had used meanwhile, also under a request that just goes out.
  'upstream-freeze': 'upstream',
  'upstream-refuses': 'none',
  'upstream-cut': 'upstream',
  'child-kill': 'upstream',
  'child-freeze': 'none',
};

/** Whether a result may be unknown because of it. */
export function excuses(
  kind: FaultKind,
  { keyed, passesOn }: { readonly keyed: boolean; readonly passesOn: boolean },
): boolean {
  return !keyed || costs[kind] === 'all' || (passesOn && costs[kind] === 'upstream');
}

/** Whether a window can stay away for so long by it that a new bridge no longer waits for it. */
export function keepsAway(kind: FaultKind): boolean {
  return kind === 'window-away' || kind === 'window-asleep' || kind === 'link-half-open';
}

/** Whether another bridge may serve afterwards. */
export function endsBridge(kind: FaultKind): boolean {
  return kind === 'port-taken' || kind.startsWith('bridge-') || replacesKeys(kind);
}

/** Under other keys nothing proves for a while that a call which no window has never ran (decision 11). */
export function forgetsCalls(kind: FaultKind): boolean {
  return kind === 'keys-replaced' || kind === 'rotated';
}

/** Whether the bridge takes the same key for another call afterwards. */
export function replacesKeys(kind: FaultKind): boolean {
  return kind === 'keys-replaced' || kind === 'state-replaced' || kind === 'rotated';
}
