import { createHash } from 'node:crypto';

/**
 * Names a text: the first 16 hex digits of the SHA-256 of its UTF-8 form, line ends as the buffer has them. The byte
 * order mark and the file's encoding do not count, so a buffer and its file agree when they hold the same text.
 */
export function textSha(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
