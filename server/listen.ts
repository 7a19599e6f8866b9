import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';

/** The port that was asked for cannot be had; the message says why, and what to do. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

export interface ListenDeps {
  readonly server: Server;
  /** The option; undefined: the user's kept port, 0: any. */
  readonly requested: number | undefined;
  readonly kept: number | undefined;
  readonly keep: (port: number) => void;
  /** A number in [0, 1). */
  readonly random: () => number;
}

export interface Listening {
  readonly port: number;
  /** The user's port, when another program holds it and a different one had to be taken. */
  readonly strangerOn?: number;
}

/** Binds to loopback: the requested port or an error; else the user's port, chosen once; else, for now, a free one. */
export async function listen(deps: ListenDeps): Promise<Listening> {
  const { server, requested, kept } = deps;
  if (requested !== undefined) {
    const port = await tryPort(server, requested);
    if (port === 'taken') {
      throw new PortError(
        `Port ${requested} is taken by another program. Stop that program, choose another port, or use --port 0 for any free one.`,
      );
    }
    if (port === 'reserved') {
      throw new PortError(
        `The system does not let you use port ${requested} (EACCES). Choose one above 1023 that it does not keep for itself, or use --port 0 for any free one.`,
      );
    }
    return { port };
  }
  if (kept !== undefined) {
    const port = await tryPort(server, kept);
    return typeof port === 'number' ? { port } : { port: await anyPort(deps), strangerOn: kept };
  }
  const port = await anyPort(deps);
  deps.keep(port);
  return { port };
}

async function anyPort({ server, random }: ListenDeps): Promise<number> {
  const range = limits.portMax - limits.portMin + 1;
  for (let attempt = 0; attempt < limits.portAttempts; attempt++) {
    const port = await tryPort(server, limits.portMin + Math.floor(random() * range));
    if (typeof port === 'number') return port;
  }
  const port = await tryPort(server, 0);
  if (typeof port !== 'number') throw new Error('no free port on 127.0.0.1');
  return port;
}

/** The bound port, or why it cannot be had. */
function tryPort(server: Server, port: number): Promise<number | 'taken' | 'reserved'> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve('taken');
      else if (errorCode(error) === 'EACCES') resolve('reserved');
      else reject(error);
    };
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      try {
        resolve(portOf(server));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the bridge listens on something that is no port');
  return address.port;
}
