/** The other end of `Peer`: for the programs that it starts. */

import type { Serializable } from 'node:child_process';
import type { Server } from 'node:http';
import { z } from 'zod';

/** What a server says first. */
export const portSchema = z.object({ port: z.number() });

export function startOptions<T>(shape: z.ZodType<T>): T {
  return shape.parse(JSON.parse(process.argv[2] ?? '{}'));
}

export function tell(message: Serializable): void {
  process.send?.(message);
}

/** Listens on any loopback port, and tells it. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') tell({ port: address.port });
  });
}

process.once('disconnect', () => process.exit());
