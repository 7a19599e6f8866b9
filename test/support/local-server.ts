import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { keptPort } from './kept-port.ts';

/** A server of somebody else in this process, on a port that it keeps when it begins again. */
export abstract class LocalServer {
  #port = 0;
  #http: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  /** Where it listens, for whoever takes its place. */
  get port(): number {
    return this.#port;
  }

  async start(port = this.#port): Promise<void> {
    this.#port = port === 0 ? await keptPort() : port;
    const handle = this.begin();
    const http = createServer(handle);
    this.#http = http;
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(this.#port, '127.0.0.1', resolve);
    });
  }

  /** As a killed process: connections are cut, what was in memory is gone. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    if (http === undefined) return;
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    http.closeAllConnections();
    await closed;
  }

  /** What a new process knows, and how it answers. */
  protected abstract begin(): (req: IncomingMessage, res: ServerResponse) => void;
}
