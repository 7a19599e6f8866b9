import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { listen, PortError } from '../../../server/listen.ts';

describe('The port of a bridge', () => {
  /** A server whose every attempt to listen fails in this way. */
  const serverThatFails = (code: string) => {
    const server = createServer();
    const fail = () => server.emit('error', Object.assign(new Error(`listen ${code}`), { code }));
    return Object.assign(server, { listen: () => (queueMicrotask(fail), server) });
  };
  const refusal = (code: string, message: RegExp) =>
    assert.rejects(
      listen({ server: serverThatFails(code), requested: 80, kept: undefined, keep: () => {}, random: () => 0 }),
      (error) => error instanceof PortError && message.test(error.message),
    );

  it('that was asked for is told from one of another program where the system refuses it', async () => {
    await refusal('EADDRINUSE', /^Port 80 is taken by another program\. Stop that program/);
    await refusal('EACCES', /^The system does not let you use port 80 \(EACCES\)\. Choose one above 1023/);
  });
});
