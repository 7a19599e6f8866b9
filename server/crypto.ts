import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Hmac } from '../shared/proof.ts';

/** HMAC-SHA256 as base64url. */
export const hmacSha256: Hmac = (key, message) => createHmac('sha256', key).update(message).digest('base64url');

/** SHA-256 as base64url. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Compares in a time that depends on the expected value's length only. */
export function constantTimeEqual(expected: string | Buffer, given: string): boolean {
  const wanted = typeof expected === 'string' ? Buffer.from(expected) : expected;
  // What it holds before does not matter: unless all of it is overwritten, the lengths differ.
  const padded = Buffer.allocUnsafe(wanted.length);
  const actual = Buffer.from(given);
  actual.copy(padded);
  return timingSafeEqual(wanted, padded) && actual.length === wanted.length;
}
