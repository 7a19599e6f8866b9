import type { Hmac } from '../../shared/proof.ts';

/** From an idempotency key to the id under which its call goes to the windows. */
export type CallIds = (key: string) => string;

/**
 * The same key gives the same id after a restart of the bridge, and another one to another bearer: two agents that count
 * their keys from one never meet.
 */
export function createCallIds({
  hmac,
  sessionKey,
  token,
}: {
  readonly hmac: Hmac;
  readonly sessionKey: string;
  readonly token: string;
}): CallIds {
  return (key) => hmac(sessionKey, `holdfast call id\n${token}\n${key}`);
}
