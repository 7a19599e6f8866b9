import type { Clock } from '../shared/clock.ts';
import type { HttpActivity } from './agent/http-front.ts';
import type { EditorRegistry } from './editors/editor-registry.ts';
import { IdleExit } from './idle-exit.ts';
import type { ServeOptions } from './options.ts';
import type { LeaveReason } from './shutdown.ts';

export interface LeaveDeps extends Pick<ServeOptions, 'idleExitMs'> {
  readonly registry: Pick<EditorRegistry, 'linkCount' | 'onDidChange' | 'onDidRequestShutdown'>;
  readonly activity: () => HttpActivity;
  /** A signal came. */
  readonly interrupted: Promise<void>;
  /** Another process took over. */
  readonly moved: Promise<void>;
  readonly clock: Clock;
}

/** Waits for the first reason to leave. */
export function leaveReason(deps: LeaveDeps): Promise<LeaveReason> {
  const { idleExitMs, registry, activity, interrupted, moved, clock } = deps;
  return new Promise((resolve) => {
    void interrupted.then(() => resolve('signal'));
    void moved.then(() => resolve('moved'));
    registry.onDidRequestShutdown(() => resolve('replaced'));
    if (idleExitMs === 'never') return;
    const idle = new IdleExit({
      idleMs: idleExitMs,
      clock,
      busy: () => registry.linkCount > 0 || activity().openStreams > 0 || activity().inFlight > 0,
      lastRequestMs: () => activity().lastRequestMs,
      onDidChange: registry.onDidChange,
      onIdle: () => {
        idle.dispose();
        resolve('idle');
      },
    });
  });
}
