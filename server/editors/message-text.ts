import type { RawData } from 'ws';

/** The text of a WebSocket message; undefined for a binary one, which the link protocol does not have. */
export function messageText(data: RawData, binary: boolean): string | undefined {
  return binary || !Buffer.isBuffer(data) ? undefined : data.toString('utf8');
}
