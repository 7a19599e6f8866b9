import { createServer, type Server } from 'node:http';
import { asksForWebSocket, ignoreUpgrade } from '../ignore-upgrade.ts';
import { Doorway } from './doorway.ts';

export interface Door {
  readonly server: Server;
  readonly doorway: Doorway;
}

/** The HTTP server of the port, before it is known what stands behind it. */
export function openDoor(): Door {
  const server = createServer({ noDelay: true, keepAlive: true });
  const doorway = new Doorway();
  server.on('request', doorway.request);
  server.on('upgrade', (request, socket, head) => {
    if (asksForWebSocket(request)) doorway.upgrade(request, socket, head);
    else ignoreUpgrade(server, request, socket, head);
  });
  return { server, doorway };
}
