import type { Server } from 'node:http';
import type { Clock } from '../shared/clock.ts';
import type { Disposable } from '../shared/disposable.ts';
import { messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { closeCodes } from '../shared/protocol.ts';
import type { HttpFront } from './agent/http-front.ts';
import type { EditorRegistry } from './editors/editor-registry.ts';

/** Why the bridge leaves; the windows of one that is replaced come back at once. */
export type LeaveReason = 'signal' | 'idle' | 'replaced' | 'moved';

const farewell: Readonly<Record<LeaveReason, { readonly code: number; readonly text: string }>> = {
  signal: { code: 1001, text: 'the bridge was stopped' },
  idle: { code: 1001, text: 'the bridge was idle' },
  replaced: { code: closeCodes.replaced, text: 'the bridge is being replaced' },
  /** By a bridge that has the port already. */
  moved: { code: closeCodes.replaced, text: 'the bridge was replaced' },
};

export interface ShutdownDeps {
  readonly registry: Pick<EditorRegistry, 'closeLinks' | 'linkCount' | 'onDidChange' | 'dispose'>;
  readonly server: Server;
  readonly front: Pick<HttpFront, 'activity' | 'endStreams'>;
  /** What serves agents: with it the calls of servers behind the bridge end. */
  readonly content: Disposable;
  /** Given back after all calls have been settled, in this order. */
  readonly parts: readonly Disposable[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Lets the windows go with the right close code, settles their calls so that agents still get an answer, and closes the
 * server. Resolves when the port is free again.
 */
export async function shutDown(
  reason: LeaveReason,
  { registry, server, front, content, parts, clock, log }: ShutdownDeps,
): Promise<void> {
  const { code, text } = farewell[reason];
  log.info(`leaving: ${text}`);
  const closed = new Promise<void>((resolve) => {
    server.close((error) => {
      if (error !== undefined) log.debug(`closing the server: ${messageOf(error)}`);
      resolve();
    });
  });
  registry.closeLinks(code, text);
  await linksGone(registry, clock);
  registry.dispose();
  // The rejected calls are written as answers in the promise jobs before the next timer.
  await pause(clock, 1);
  front.endStreams();
  content.dispose();
  // The connections of servers behind the bridge are closed a moment later; only then do their calls have an answer.
  const untilMs = clock.now() + limits.closeMs;
  while (front.activity.inFlight > 0 && clock.now() < untilMs) await pause(clock, limits.drainPollMs);
  for (const part of parts) part.dispose();
  server.closeIdleConnections();
  const force = clock.after(limits.closeMs, () => server.closeAllConnections());
  await closed;
  force.dispose();
}

export interface DrainDeps extends Pick<ShutdownDeps, 'server' | 'clock' | 'log'> {
  readonly registry: Pick<EditorRegistry, 'retire' | 'closeLinks'>;
  readonly front: Pick<HttpFront, 'activity' | 'endStreams'>;
  /** A signal: whoever sends it does not want to wait. */
  readonly interrupted: Promise<unknown>;
}

/**
 * After a handover: the windows go to the other bridge, and what runs here is still answered here. Resolves when nobody
 * is connected any more, or after `limits.drainMs`. Connections that nobody uses end by Node's keep-alive timeout, of
 * which their clients were told; cutting them would hit the next request of one.
 */
export async function drain({ registry, front, server, clock, log, interrupted }: DrainDeps): Promise<void> {
  registry.retire();
  front.endStreams();
  const over = new Promise<'over'>((resolve) => {
    clock.after(limits.drainMs, () => resolve('over'));
    void interrupted.then(() => resolve('over'));
  });
  const closed = new Promise<'closed'>((resolve) => server.once('close', () => resolve('closed')));
  let state: 'running' | 'over' = 'running';
  while (state === 'running' && front.activity.inFlight > 0) {
    const pause = new Promise<'running'>((resolve) => clock.after(limits.drainPollMs, () => resolve('running')));
    state = await Promise.race([over, pause]);
  }
  registry.closeLinks(closeCodes.replaced, farewell.moved.text);
  const end = await Promise.race([over, closed]);
  if (end === 'over') log.warn('the other bridge serves; what was still connected here is cut off');
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

function linksGone(registry: ShutdownDeps['registry'], clock: Clock): Promise<void> {
  if (registry.linkCount === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = () => {
      listener.dispose();
      timeout.dispose();
      resolve();
    };
    const listener = registry.onDidChange(() => {
      if (registry.linkCount === 0) settle();
    });
    const timeout = clock.after(limits.closeMs, settle);
  });
}
