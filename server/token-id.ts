import type { Hmac } from '../shared/proof.ts';

/** Names the agents' token without revealing it: another one after `holdfast rotate`. */
export function tokenIdOf({
  hmac,
  sessionKey,
  token,
}: {
  readonly hmac: Hmac;
  readonly sessionKey: string;
  readonly token: string;
}): string {
  return hmac(sessionKey, `holdfast token id\n${token}`).slice(0, 8);
}
