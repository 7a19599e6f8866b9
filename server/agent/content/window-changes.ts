import type { WindowInfo } from '../../../shared/protocol.ts';
import type { ContentChange } from '../content.ts';
import { resourceUri, windowsUri } from './resources.ts';

/** What is compared of a window. */
export interface WatchedWindow {
  readonly id: string;
  readonly epoch: string;
  readonly window: WindowInfo;
  readonly readiness: 'ready' | 'reconnecting';
}

interface Seen {
  readonly name: string;
  readonly epoch: string;
  readonly readiness: WatchedWindow['readiness'];
  /** Everything that `list_windows` tells of it, serialised. */
  readonly listed: string;
  readonly revisions: NonNullable<WindowInfo['revisions']>;
}

/** Tells from one look at the windows to the next which resources have changed and what an agent may want to know. */
export class WindowChanges {
  #seen: ReadonlyMap<string, Seen>;

  constructor(windows: readonly WatchedWindow[]) {
    this.#seen = snapshot(windows);
  }

  look(windows: readonly WatchedWindow[]): readonly ContentChange[] {
    const [before, now] = [this.#seen, snapshot(windows)];
    this.#seen = now;
    const ids = [...new Set([...before.keys(), ...now.keys()])];
    const logs = ids.flatMap((id) => describe(id, before.get(id), now.get(id)));
    const listed = ids.some((id) => before.get(id)?.listed !== now.get(id)?.listed);
    const uris = new Set(listed ? [windowsUri] : []);
    for (const part of ['context', 'diagnostics'] as const) {
      const changed = ids.filter((id) => differs(part, before.get(id), now.get(id)));
      for (const id of changed) uris.add(resourceUri(part, id));
      // Which window the routing would choose differs from agent to agent, so any window's change may be meant.
      if (changed.length > 0) uris.add(resourceUri(part));
    }
    return [...logs, ...[...uris].map((uri) => ({ kind: 'resource' as const, uri }))];
  }
}

function snapshot(windows: readonly WatchedWindow[]): ReadonlyMap<string, Seen> {
  return new Map(
    windows.map(({ id, epoch, window: { revisions = { context: 0, diagnostics: 0 }, ...window }, readiness }) => [
      id,
      { name: window.name, epoch, readiness, listed: JSON.stringify([window, readiness]), revisions },
    ]),
  );
}

/** A window that is away still shows what it showed; one that reloaded may show anything. */
function differs(part: keyof Seen['revisions'], before: Seen | undefined, now: Seen | undefined): boolean {
  return before?.epoch !== now?.epoch || before?.revisions[part] !== now?.revisions[part];
}

function describe(id: string, before: Seen | undefined, now: Seen | undefined): readonly ContentChange[] {
  const name = `Window ${id} ("${(now ?? before)?.name ?? ''}")`;
  const log = (level: 'info' | 'warning', what: string): readonly ContentChange[] => [
    { kind: 'log', level, data: `${name} ${what}` },
  ];
  if (before === undefined) return log('info', 'has connected.');
  if (now === undefined) return log('warning', 'did not return and is gone.');
  if (before.readiness === now.readiness) return before.epoch === now.epoch ? [] : log('info', 'has reloaded.');
  if (now.readiness === 'reconnecting') return log('warning', 'has lost its link; calls wait for it to return.');
  return log('info', before.epoch === now.epoch ? 'is back.' : 'is back after a reload.');
}
