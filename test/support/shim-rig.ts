import assert from 'node:assert/strict';
import { CallKeys } from '../../server/stdio/call-keys.ts';
import { Shim } from '../../server/stdio/shim.ts';
import { createLog } from '../../shared/log.ts';
import { FakeUpstream, never } from './fake-upstream.ts';

const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

/** The shim between an agent in the test's hands and a server in memory. */
export class ShimRig {
  readonly server = new FakeUpstream();
  readonly shim: Shim;
  /** What the agent got, in order. */
  readonly written: unknown[] = [];
  /** Calls back for what was written, as a pipe does once it has it. */
  readonly deliveries: (() => void)[] = [];

  readonly logged: string[] = [];

  constructor() {
    const { server } = this;
    let ids = 0;
    this.shim = new Shim({
      client: server.client,
      session: server.session,
      connection: server.connection,
      clock: server.clock,
      keys: new CallKeys('key'),
      write: (json, delivered) => {
        this.written.push(JSON.parse(json));
        if (delivered !== undefined) this.deliveries.push(delivered);
      },
      log: createLog((_level, message) => this.logged.push(message)),
      random: () => 0,
      newId: () => `shim-${++ids}`,
    });
    server.script = ({ http }) => (http === 'GET' ? never : undefined);
  }

  async send(message: object): Promise<void> {
    await this.line(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  async line(text: string): Promise<void> {
    this.shim.line(text);
    await this.server.clock.settle();
  }

  initialize(id: unknown = 0): Promise<void> {
    return this.send({ id, method: 'initialize', params: initialize });
  }

  /** As an agent begins; what was written and seen until then is forgotten. */
  async open(): Promise<void> {
    await this.initialize();
    await this.send({ method: 'notifications/initialized' });
    this.written.length = 0;
    this.server.seen.length = 0;
  }

  /** The connection is gone; the server may be reached again. */
  async lost(): Promise<void> {
    const { connection } = this.server;
    connection.lost(await connection.acquire(), 'gone');
  }

  dispose(): void {
    this.shim.dispose();
    this.server.connection.dispose();
    assert.equal(this.server.clock.pending, 0, 'timers are left');
  }
}

export const toolCall = (id: unknown, params: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name: 'edit', ...params },
});
