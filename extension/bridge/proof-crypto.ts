import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Hmac } from '../../shared/proof.ts';

export const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

/** From the system's secure source and not from an injected one: its unpredictability is the proof. */
export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in a time that tells nothing of where the two differ. */
export function sameProof(shown: string | undefined, expected: string): boolean {
  return shown !== undefined && timingSafeEqual(sha256(shown), sha256(expected));
}

/** Stands for a text in memory and logs without showing it. */
export function fingerprintOf(...texts: readonly string[]): string {
  return sha256(JSON.stringify(texts)).toString('base64url');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
