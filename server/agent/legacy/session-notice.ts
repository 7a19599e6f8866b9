import { isRecord } from '../json-rpc.ts';
import type { StaleDetail } from './stale-session.ts';

/** Key in a result's `_meta` of what its client should know about the session. */
const sessionMetaKey = 'holdfast/session';

/** Methods that change a session after its `initialize`. */
export type WatchMethod = 'logging/setLevel' | 'resources/subscribe';

/** What became of a session, for the `_meta` of an answer. */
export type SessionNotice =
  | {
      readonly state: 'healed';
      /** The id to send from now on. */
      readonly session: string;
      readonly detail: StaleDetail;
      readonly message: string;
    }
  | {
      readonly state: 'rehydrated';
      /** Methods whose effect may be gone. */
      readonly notRestored: readonly WatchMethod[];
      readonly message: string;
    };

export function healedNotice(session: string, detail: StaleDetail): SessionNotice {
  const message =
    'The request came with a dead session id and was served in a fresh session, without log level and subscriptions; send the new Mcp-Session-Id from now on.';
  return { state: 'healed', session, detail, message };
}

/** The session was brought back, but what it was told after `initialize` may be missing. */
export function lossNotice(notRestored: readonly WatchMethod[]): SessionNotice {
  const message = 'The session outlived its bridge, but these may be lost; set them again if you use them.';
  return { state: 'rehydrated', notRestored, message };
}

/** The serialised answer with the notice in its result's `_meta`; undefined for an answer without a result. */
export function withNotice(answer: string, notice: SessionNotice): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(answer);
  } catch {
    // A window's own words, which are passed on as they are.
    return undefined;
  }
  if (!isRecord(message) || !isRecord(message['result'])) return undefined;
  const { _meta: meta, ...result } = message['result'];
  const told = { ...(isRecord(meta) ? meta : {}), [sessionMetaKey]: notice };
  return JSON.stringify({ ...message, result: { ...result, _meta: told } });
}
