import { Server } from 'node:net';
import { parseToSuccessor, type ToPredecessor } from './messages.ts';

/** The channel to the parent process, as `process` has it. */
export interface ParentChannel {
  send?(message: ToPredecessor, callback: (error: Error | null) => void): unknown;
  once(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
  off(event: 'disconnect', listener: () => void): unknown;
  disconnect?(): void;
}

export interface Inheritance {
  readonly strangerOn: number | undefined;
  /** The bridge runs: the predecessor lets its windows go. */
  readonly accept: (instance: string) => void;
  /** It cannot: the predecessor stays. Resolves when that is told. */
  readonly decline: (reason: string) => Promise<void>;
}

/**
 * Says that this process is ready to be the bridge, and waits for the port, which `server` then listens on. Rejects when
 * the predecessor is gone.
 */
export function inherit(parent: ParentChannel, server: Server): Promise<Inheritance> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('the bridge that was to be replaced is gone'));
    const tell = (message: ToPredecessor) =>
      new Promise<void>((told) => {
        // A predecessor that died meanwhile needs no answer: the port is ours in any case.
        if (parent.send === undefined) told();
        else parent.send(message, () => told());
      });
    parent.once('disconnect', gone);
    parent.once('message', (message, handle) => {
      parent.off('disconnect', gone);
      const take = parseToSuccessor(message);
      if (take === undefined || !(handle instanceof Server)) {
        reject(new Error('the bridge that was to be replaced did not hand over its port'));
        return;
      }
      // At once: the socket came listening, and a connection that nobody takes now would never be served.
      server.listen(handle);
      resolve({
        strangerOn: take.strangerOn,
        accept: (instance) => void tell({ type: 'up', instance }).then(() => parent.disconnect?.()),
        decline: (reason) => tell({ type: 'failed', reason }),
      });
    });
    void tell({ type: 'ready' });
  });
}
