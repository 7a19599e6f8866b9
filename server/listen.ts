import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';

/** The port that was asked for belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
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
    if (port === undefined) {
      throw new PortTakenError(
        `Port ${requested} is taken by another program. Stop that program, choose another port, or use --port 0 for any free one.`,
      );
    }
    return { port };
  }
  if (kept !== undefined) {
    const port = await tryPort(server, kept);
    return port === undefined ? { port: await anyPort(deps), strangerOn: kept } : { port };
  }
  const port = await anyPort(deps);
  deps.keep(port);
  return { port };
}

async function anyPort({ server, random }: ListenDeps): Promise<number> {
  const range = limits.portMax - limits.portMin + 1;
  for (let attempt = 0; attempt < limits.portAttempts; attempt++) {
    const port = await tryPort(server, limits.portMin + Math.floor(random() * range));
    if (port !== undefined) return port;
  }
  const port = await tryPort(server, 0);
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

/** The bound port; undefined when it is taken or the system reserves it. */
function tryPort(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') resolve(undefined);
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
