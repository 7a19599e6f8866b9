/**
 * The mutual proof of bridge and editor. The secret of the state file never crosses the wire: each side shows an HMAC
 * over both nonces and the port that it dialled or listens on, so that neither a foreign server on a reused port nor a
 * relay in front of the real bridge learns or passes anything. Labels keep one proof from serving as another.
 */

/** HMAC-SHA256 of `message` under `key`, as base64url. Injected, so that `shared/` needs no `node:crypto`. */
export type Hmac = (key: string, message: string) => string;

export interface LinkChallenge {
  /** Nonce of the extension's upgrade request. */
  readonly editorNonce: string;
  /** Nonce of the bridge's 101 answer. */
  readonly bridgeNonce: string;
  readonly port: number;
}

/** What the bridge shows in the 101 answer. */
export function bridgeProof(hmac: Hmac, secret: string, { editorNonce, bridgeNonce, port }: LinkChallenge): string {
  return hmac(secret, `holdfast link bridge\n${port}\n${editorNonce}\n${bridgeNonce}`);
}

/** What the extension shows in `hello`. */
export function editorProof(hmac: Hmac, secret: string, { editorNonce, bridgeNonce, port }: LinkChallenge): string {
  return hmac(secret, `holdfast link editor\n${port}\n${bridgeNonce}\n${editorNonce}`);
}

/** What `GET /proof?nonce=` answers, so that a client knows the bridge before it sends a token. */
export function instanceProof(hmac: Hmac, secret: string, nonce: string, port: number, instance: string): string {
  return hmac(secret, `holdfast instance\n${port}\n${instance}\n${nonce}`);
}

/**
 * What a window shows to have the bridge replaced. The instance is random and new with each bridge, so a proof that was
 * seen once is worth nothing but the same wish at the same bridge.
 */
export function handoverProof(hmac: Hmac, secret: string, port: number, instance: string, version: string): string {
  return hmac(secret, `holdfast handover\n${port}\n${instance}\n${version}`);
}

/** A nonce is 16 to 64 bytes as base64url. */
export function isNonce(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{22,86}$/.test(text);
}
