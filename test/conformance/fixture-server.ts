import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createHttpFront } from '../../server/agent/http-front.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLog } from '../../shared/log.ts';
import { MemoryRecords } from '../support/memory-records.ts';
import { createFixtureContent, type FixtureContent } from './fixture-content.ts';

export interface FixtureServer extends Pick<FixtureContent, 'reached'> {
  readonly url: string;
  readonly token: string;
  /** What went wrong inside, one line each. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** The bridge's HTTP surface over the fixture instead of windows, on a free port of its own. */
export async function startFixtureServer(): Promise<FixtureServer> {
  const { content, reached } = createFixtureContent();
  const errors: string[] = [];
  const randomToken = () => randomBytes(24).toString('base64url');
  const token = randomToken();
  const server = createServer({ noDelay: true, keepAlive: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fixture has no port');
  const { port } = address;
  const front = createHttpFront({
    port,
    token,
    sessionKey: randomToken(),
    records: new MemoryRecords(),
    onStale: 'heal',
    instance: 'fixture',
    version: '0.0.0',
    content,
    handover: () => undefined,
    proof: () => ({ instance: 'fixture', version: '0.0.0', proof: '' }),
    status: () => ({}),
    handleUpgrade: (_req, socket) => socket.destroy(),
    hmac: (key, message) => createHmac('sha256', key).update(message).digest('base64url'),
    randomToken,
    clock: systemClock,
    log: createLog((level, message) => {
      if (level === 'error') errors.push(message);
    }),
  });
  server.on('request', (req, res) => front.request(req, res));
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    token,
    reached,
    errors,
    async close() {
      front.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
