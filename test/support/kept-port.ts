import { createServer } from 'node:net';

/** Below what systems hand out for port 0 (Linux: 32768 to 60999) and below what a bridge chooses for itself. */
const firstPort = 10_000;
const slices = 16;
const portsPerSlice = 400;
const slice = Number(process.env['MOCHA_WORKER_ID'] ?? slices - 1) % slices;
let turn = Math.floor(Math.random() * portsPerSlice);

/**
 * A free port for a server that leaves it and comes back to it within a test. A port that the system hands out would
 * be handed to somebody else in between; this one belongs to the test process, and comes up again after 400 others.
 */
export async function keptPort(): Promise<number> {
  for (let attempt = 0; attempt < portsPerSlice; attempt++) {
    const port = firstPort + slice * portsPerSlice + (turn++ % portsPerSlice);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port for a test');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
