import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { constantTimeEqual, hmacSha256 } from '../../server/crypto.ts';
import { EditorRegistry } from '../../server/editors/editor-registry.ts';
import { EditorServer } from '../../server/editors/editor-server.ts';
import { FakeClock } from './fake-clock.ts';
import { nothingKnown } from './fake-session-link.ts';
import { memoryLog } from './memory-log.ts';

export interface LinkServer {
  readonly port: number;
  readonly secret: string;
  readonly clock: FakeClock;
  readonly registry: EditorRegistry;
  readonly logged: readonly string[];
  /** Bytes of all sockets so far, control frames included. */
  bytesReceived(): number;
  close(): Promise<void>;
}

/** The bridge's link side over real sockets in this process, under a fake clock: for what would take real minutes. */
export async function startLinkServer(): Promise<LinkServer> {
  const server = createServer();
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  const clock = new FakeClock();
  const { log, lines: logged } = memoryLog();
  const secret = randomBytes(32).toString('base64url');
  const registry = new EditorRegistry({
    instance: 'instance-1',
    version: '0.0.0-test',
    clock,
    log,
    known: nothingKnown,
  });
  const editors = new EditorServer({
    registry,
    secret,
    port,
    instance: 'instance-1',
    hmac: hmacSha256,
    equal: constantTimeEqual,
    nonce: () => randomBytes(24).toString('base64url'),
    clock,
    log,
  });
  server.on('upgrade', (request, socket, head) => editors.handleUpgrade(request, socket, head));
  return {
    port,
    secret,
    clock,
    registry,
    logged,
    bytesReceived: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    async close() {
      editors.dispose();
      registry.dispose();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
