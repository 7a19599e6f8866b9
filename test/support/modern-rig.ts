import { createServer, type Server } from 'node:http';
import { HttpTransport } from '../../server/agent/http-transport.ts';
import { ModernLeg } from '../../server/agent/modern/modern-leg.ts';
import { FakeClock } from './fake-clock.ts';
import { type FakeContentOptions, fakeContent } from './fake-content.ts';
import { memoryLog } from './memory-log.ts';
import type { McpEndpoint } from './raw-http.ts';

/** The modern leg alone behind a real HTTP server, with made-up content and a clock that stands still. */
export class ModernRig implements McpEndpoint {
  readonly token = 'not-checked-here';
  readonly clock = new FakeClock();
  readonly leg: ModernLeg;
  readonly change: ReturnType<typeof fakeContent>['change'];
  /** What was logged. */
  readonly lines: readonly string[];
  readonly #server: Server;

  private constructor(options: FakeContentOptions) {
    const { content, change } = fakeContent(options);
    const { clock } = this;
    const { log, lines } = memoryLog();
    this.change = change;
    this.lines = lines;
    this.leg = new ModernLeg({ content, serverInfo: { name: 'rig', version: '1' }, legacyVersions: [], clock, log });
    const transport = new HttpTransport({
      legs: { legacy: this.leg, modern: this.leg },
      acknowledge: undefined,
      clock,
      log,
    });
    this.#server = createServer((req, res) => void transport.handle(req, res));
  }

  static async start(options: FakeContentOptions): Promise<ModernRig> {
    const rig = new ModernRig(options);
    await new Promise<void>((resolve) => rig.#server.listen(0, '127.0.0.1', resolve));
    return rig;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async dispose(): Promise<void> {
    this.leg.dispose();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
