/**
 * A session id that describes itself: `hf1.<claims>.<mac>`, visible ASCII, at most `limits.sessionIdMaxChars` long. Any
 * bridge that holds the same key can tell from the id alone whose session it was and what was negotiated.
 */
import { z } from 'zod';
import { limits } from '../../../shared/limits.ts';
import type { Hmac } from '../../../shared/proof.ts';
import { constantTimeEqual } from '../../crypto.ts';
import { tokenIdOf } from '../../token-id.ts';
import { boundedClientInfo } from '../client-info.ts';

export interface SessionClaims {
  /** The negotiated protocol version. */
  readonly version: string;
  readonly client: { readonly name: string; readonly version: string };
  /** What the client said that it can do. */
  readonly roots: boolean;
  readonly sampling: boolean;
  readonly elicitation: boolean;
  /** Names the bearer under which the session was opened, without revealing it. */
  readonly tokenId: string;
  /** Seconds since the Unix epoch. */
  readonly issuedS: number;
  /** Makes two sessions of one client differ. */
  readonly random: string;
}

type VerifiedSessionId =
  | { readonly kind: 'ok'; readonly claims: SessionClaims }
  /** Not of our form: another server's, or a damaged one. */
  | { readonly kind: 'unknown' }
  /**
   * Our form, but not signed with this key for this token: another state directory's, or from before a rotation. What it
   * says is as good as what any client says of itself.
   */
  | { readonly kind: 'foreign'; readonly claims: SessionClaims | undefined }
  | { readonly kind: 'expired'; readonly claims: SessionClaims };

/** What a session is opened with; the rest of its claims is the bridge's own. */
export type Negotiated = Omit<SessionClaims, 'tokenId' | 'issuedS' | 'random'>;

export interface SessionIds {
  mint(negotiated: Negotiated): { readonly id: string; readonly claims: SessionClaims };
  verify(id: string): VerifiedSessionId;
  /** Whether a session has reached its greatest age. */
  isExpired(claims: SessionClaims): boolean;
}

export interface SessionIdDeps {
  readonly hmac: Hmac;
  readonly sessionKey: string;
  readonly token: string;
  readonly clock: { wallMs(): number };
  readonly randomToken: () => string;
}

const prefix = 'hf1';
const flags = { roots: 1, sampling: 2, elicitation: 4 } as const;

/** The claims on the wire: a list, because the id travels with each request. */
const payloadSchema = z.tuple([
  z.string(), // negotiated version
  z.string(), // client name
  z.string(), // client version
  z.number().int(), // capability flags
  z.string(), // token id
  z.number().int(), // issued, seconds
  z.string(), // random
]);

export function createSessionIds({ hmac, sessionKey, token, clock, randomToken }: SessionIdDeps): SessionIds {
  const tokenId = tokenIdOf({ hmac, sessionKey, token });
  const isExpired = ({ issuedS }: SessionClaims): boolean => clock.wallMs() - issuedS * 1_000 > limits.sessionMaxAgeMs;
  const sign = (payload: string): string => hmac(sessionKey, `holdfast session\n${prefix}.${payload}`);

  return {
    mint({ version, client, roots, sampling, elicitation }) {
      const claims: SessionClaims = {
        version,
        client: boundedClientInfo(client),
        roots,
        sampling,
        elicitation,
        tokenId,
        issuedS: Math.floor(clock.wallMs() / 1_000),
        random: randomToken(),
      };
      const payload = encode(claims);
      return { id: `${prefix}.${payload}.${sign(payload)}`, claims };
    },

    verify(id) {
      const parts = id.length <= limits.sessionIdMaxChars ? /^hf1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(id) : null;
      const [, payload, mac] = parts ?? [];
      if (payload === undefined || mac === undefined) return { kind: 'unknown' };
      // The signature covers the text of the payload, so no other spelling of the same claims passes.
      if (!constantTimeEqual(sign(payload), mac)) return { kind: 'foreign', claims: decode(payload) };
      const claims = decode(payload);
      if (claims === undefined) return { kind: 'unknown' };
      if (claims.tokenId !== tokenId) return { kind: 'foreign', claims };
      return { kind: isExpired(claims) ? 'expired' : 'ok', claims };
    },

    isExpired,
  };
}

function encode({ version, client, roots, sampling, elicitation, tokenId, issuedS, random }: SessionClaims): string {
  const bits = (roots ? flags.roots : 0) | (sampling ? flags.sampling : 0) | (elicitation ? flags.elicitation : 0);
  const payload: z.infer<typeof payloadSchema> = [version, client.name, client.version, bits, tokenId, issuedS, random];
  return Buffer.from(JSON.stringify(payload)).toString('base64url');
}

function decode(payload: string): SessionClaims | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    // Signed by us but not ours to read: a later form of the same key.
    return undefined;
  }
  const parsed = payloadSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const [version, name, clientVersion, bits, tokenId, issuedS, random] = parsed.data;
  return {
    version,
    client: { name, version: clientVersion },
    roots: (bits & flags.roots) !== 0,
    sampling: (bits & flags.sampling) !== 0,
    elicitation: (bits & flags.elicitation) !== 0,
    tokenId,
    issuedS,
    random,
  };
}
