import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type ModernMessage, modernBody, modernHeaders } from './modern-http.ts';
import { type McpEndpoint, mcpHeaders } from './raw-http.ts';

export interface SteadyOptions extends McpEndpoint {
  /** Of the nth request. */
  readonly message: (n: number) => ModernMessage;
  /** Agents at once: every other one keeps its connection, the rest takes a new one for each request. */
  readonly agents?: number;
  /** Between the answer and the next request of one agent. */
  readonly pauseMs?: number;
}

export interface SteadyReport {
  readonly answered: number;
  /** What went wrong, each thing once: no answer, or one that is no result. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

/** Agents that ask without end, so that not one moment without a bridge goes unnoticed. */
export class SteadyAgents {
  readonly #options: SteadyOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[];
  readonly #failures: string[] = [];
  #asked = 0;
  #answered = 0;
  #slowestMs = 0;
  #stopped = false;

  constructor(options: SteadyOptions) {
    this.#options = options;
    this.#loops = Array.from({ length: options.agents ?? 8 }, (_, index) => this.#loop(index % 2 === 0));
  }

  get answered(): number {
    return this.#answered;
  }

  async stop(): Promise<SteadyReport> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
    return { answered: this.#answered, failures: [...new Set(this.#failures)], slowestMs: Math.round(this.#slowestMs) };
  }

  async #loop(keepsConnection: boolean): Promise<void> {
    const { pauseMs = 2 } = this.#options;
    while (!this.#stopped) {
      const startMs = performance.now();
      try {
        await this.#ask(keepsConnection);
        this.#answered += 1;
      } catch (error) {
        this.#failures.push(`${keepsConnection ? 'kept' : 'new'} connection: ${String(error)}`);
      }
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  #ask(keepsConnection: boolean): Promise<void> {
    const { port, token } = this.#options;
    const message = this.#options.message((this.#asked += 1));
    const body = JSON.stringify(modernBody(message));
    const headers = mcpHeaders(token, { ...modernHeaders(message), 'content-length': Buffer.byteLength(body) });
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/mcp',
        headers,
        agent: keepsConnection ? this.#agent : false,
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.once('error', reject);
        response.once('end', () => {
          const wrong = response.statusCode !== 200 || text.includes('"isError":true') || !text.includes('"result"');
          if (wrong) reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`));
          else resolve();
        });
      });
      sent.end(body);
    });
  }
}
