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
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type InjectedKind = Exclude<FaultKind, 'window-away'>;

/** What may cost a keyed call its result; everything else costs one without a key at most. */
const costly: Readonly<Record<FaultKind, boolean>> = {
  'bridge-kill': false,
  // Calls that run when the bridge is told to leave are answered as unknown, for agents that cannot ask again.
  'bridge-stop': true,
  'bridge-freeze': false,
  'bridge-left-to-others': false,
  'port-taken': true,
  // Under another key the ids of the calls are others.
  'keys-replaced': true,
  'state-replaced': true,
  rotated: true,
  // What was begun there may be done or not.
  'window-kill': true,
  'window-reload': true,
  'window-freeze': false,
  // Longer than the budget of a call, and than three beats of the link.
  'window-asleep': true,
  'link-drop': false,
  'link-cut': false,
  'link-slow': false,
  'link-stall': false,
  'link-half-open': true,
  'window-away': true,
  'shim-kill': false,
};

/** Whether a result may be unknown because of it. */
export function excuses(kind: FaultKind, keyed: boolean): boolean {
  return !keyed || costly[kind];
}

/** Under other keys nothing proves for a while that a call which no window has never ran (decision 11). */
export function forgetsCalls(kind: FaultKind): boolean {
  return kind === 'keys-replaced' || kind === 'rotated';
}

/** Whether the bridge takes the same key for another call afterwards. */
export function replacesKeys(kind: FaultKind): boolean {
  return kind === 'keys-replaced' || kind === 'state-replaced' || kind === 'rotated';
}
